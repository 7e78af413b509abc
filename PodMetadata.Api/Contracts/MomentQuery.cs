using Microsoft.AspNetCore.Mvc;

namespace PodMetadata.Api.Contracts;

/// <summary>When.</summary>
public sealed record MomentQuery
{
    /// <summary>When, such as 2026-05-12T10:32:14.123456: ISO 8601, UTC unless it has an offset, whose + is written %2B in
    /// a URL. Without it, now.</summary>
    [FromQuery(Name = "at")]
    public string? At { get; init; }
}
