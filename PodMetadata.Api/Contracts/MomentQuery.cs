using Microsoft.AspNetCore.Mvc;

namespace PodMetadata.Api.Contracts;

/// <summary>The moment of a lookup.</summary>
public sealed record MomentQuery
{
    /// <summary>The moment, such as 2026-05-12T10:32:14.123456: ISO 8601, UTC unless it has an offset, whose + is written %2B in a URL. Without
    /// it, the lookup is for now.</summary>
    [FromQuery(Name = "at")]
    public string? At { get; init; }

    internal Parsed<DateTime?> ParsedAt => field ??= WireValues.Moment(At);
}
