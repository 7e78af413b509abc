using Microsoft.AspNetCore.Mvc;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>Whose leases, and which page of them.</summary>
public sealed record HistoryQuery
{
    /// <summary>The most leases of a page where nothing else is asked for.</summary>
    internal const int DefaultLimit = 100;

    /// <summary>The IP, in any form.</summary>
    /// <example>10.244.1.5</example>
    [FromRoute(Name = "ip")]
    public string Ip { get; init; } = "";

    /// <summary>The most leases to answer, from 1 to 5000; 100 unless it is given.</summary>
    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    /// <summary>Where to go on: taken from the header Link of the page before.</summary>
    [FromQuery(Name = "continue")]
    public string? Continue { get; init; }

    /// <summary>What a page has in common with the next.</summary>
    internal string?[] Scope => ["leases", PodAddress.TryParse(Ip, out string? ip) ? ip : null];
}
