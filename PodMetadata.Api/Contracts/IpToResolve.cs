namespace PodMetadata.Api.Contracts;

/// <summary>A question of POST /pod/resolve.</summary>
public sealed record IpToResolve
{
    /// <summary>The IP, in any form.</summary>
    public string? Ip { get; init; }

    /// <summary>When: ISO 8601, UTC unless it has an offset; null is now.</summary>
    public string? At { get; init; }
}
