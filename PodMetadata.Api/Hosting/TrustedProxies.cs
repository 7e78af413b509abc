using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using PodMetadata.Domain;

namespace PodMetadata.Api.Hosting;

/// <summary>What trusted proxies say about a request: the client's address, its scheme, and the path prefix that they removed.</summary>
internal static class TrustedProxies
{
    /// <summary>Adds the section <c>ForwardedHeaders</c>.</summary>
    public static IServiceCollection AddTrustedProxies(this IServiceCollection services)
    {
        services.AddOptions<ProxyOptions>().BindConfiguration(ProxyOptions.Section).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<ProxyOptions>, ProxyOptionsValidator>();
    }

    /// <summary>Reads <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Prefix</c> of requests from trusted proxies, and of no others.</summary>
    public static WebApplication UseTrustedProxies(this WebApplication app)
    {
        ProxyOptions proxies = app.Services.GetRequiredService<IOptions<ProxyOptions>>().Value;
        ForwardedHeadersOptions options = new()
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedPrefix,
        };
        options.KnownProxies.Clear(); // loopback
        options.KnownIPNetworks.Clear();
        Array.ForEach(proxies.KnownProxies, address => options.KnownProxies.Add(IPAddress.Parse(PodAddress.Parse(address))));
        Array.ForEach(proxies.KnownNetworks, network => options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network)));
        if (options.KnownProxies.Count + options.KnownIPNetworks.Count > 0) // with two empty lists, the middleware would trust everybody
        {
            app.UseForwardedHeaders(options);
            app.Use((context, next) =>
            {
                context.Request.PathBase = WithoutEmptySegments(context.Request.PathBase);
                return next(context);
            });
        }

        return app;
    }

    // A link that begins with // leads to another host.
    private static PathString WithoutEmptySegments(PathString prefix) =>
        prefix.Value is { } path && (path.EndsWith('/') || path.Contains("//", StringComparison.Ordinal))
            ? new PathString(string.Concat(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(segment => $"/{segment}")))
            : prefix;
}
