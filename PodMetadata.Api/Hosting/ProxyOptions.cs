namespace PodMetadata.Api.Hosting;

/// <summary>The configuration section <c>ForwardedHeaders</c>: the proxies whose <c>X-Forwarded-…</c> headers are believed; none by default.</summary>
public sealed class ProxyOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "ForwardedHeaders";

    /// <summary>The addresses of proxies.</summary>
    public string[] KnownProxies { get; init; } = [];

    /// <summary>The networks of proxies, each an address, a slash and the length of the prefix.</summary>
    public string[] KnownNetworks { get; init; } = [];
}
