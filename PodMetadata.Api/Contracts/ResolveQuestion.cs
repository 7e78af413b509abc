namespace PodMetadata.Api.Contracts;

/// <summary>A question of POST /pod/resolve.</summary>
public sealed record ResolveQuestion
{
    /// <summary>The IP, in any form.</summary>
    public string? Ip { get; init; }

    /// <summary>The moment: ISO 8601, UTC unless it has an offset. Null is now.</summary>
    public string? At { get; init; }

    internal Parsed<DateTime?> ParsedAt => field ??= WireValues.Moment(At);
}
