using Microsoft.AspNetCore.Mvc;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The IP of a history, and the page.</summary>
public sealed record HistoryQuery
{
    /// <summary>The size of a page without <see cref="Limit"/>.</summary>
    internal const int DefaultLimit = 100;

    /// <summary>The IP, in any form.</summary>
    /// <example>10.244.1.5</example>
    [FromRoute(Name = "ip")]
    public string Ip { get; init; } = "";

    /// <summary>The maximum number of leases, from 1 to 5000; 100 by default.</summary>
    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    /// <summary>The start of the page, from the header Link of the previous one.</summary>
    [FromQuery(Name = PageToken.Parameter)]
    public string? Continue { get; init; }

    internal Parsed<string> ParsedIp => field ??= WireValues.Ip(Ip);

    internal Parsed<LeasePosition> ParsedContinue => field ??= PageToken.ParseLease(Continue, Scope);

    /// <summary>The history, which all its pages have in common.</summary>
    internal string?[] Scope => ["leases", ParsedIp.Value];
}
