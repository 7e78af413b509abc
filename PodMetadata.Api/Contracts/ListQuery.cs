using Microsoft.AspNetCore.Mvc;

namespace PodMetadata.Api.Contracts;

/// <summary>What narrows the listing of all pods.</summary>
public sealed record ListQuery : PageQuery
{
    /// <summary>The pods of this namespace.</summary>
    [FromQuery(Name = "namespace")]
    public string? Namespace { get; init; }

    /// <summary>The pods of this node.</summary>
    [FromQuery(Name = "node")]
    public string? Node { get; init; }

    /// <summary>The pods of this identity.</summary>
    [FromQuery(Name = "identity")]
    public string? Identity { get; init; }

    /// <summary>true: those that live; false: those that are dead.</summary>
    [FromQuery(Name = "live")]
    public bool? Live { get; init; }
}
