using Microsoft.AspNetCore.Mvc;

namespace PodMetadata.Api.Contracts;

/// <summary>When.</summary>
public sealed record MomentQuery
{
    /// <summary>When: ISO 8601, UTC unless it has an offset. Without it, now.</summary>
    /// <example>2026-05-12T10:32:14.123456</example>
    [FromQuery(Name = "at")]
    public string? At { get; init; }
}
