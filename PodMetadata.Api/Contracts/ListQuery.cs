using Microsoft.AspNetCore.Mvc;

namespace PodMetadata.Api.Contracts;

/// <summary>What narrows the listing of all pods.</summary>
public sealed record ListQuery : PageQuery
{
    /// <summary>The pods of this namespace.</summary>
    /// <example>production</example>
    [FromQuery(Name = "namespace")]
    public string? Namespace { get; init; }

    /// <summary>The pods of this node.</summary>
    /// <example>worker-1</example>
    [FromQuery(Name = "node")]
    public string? Node { get; init; }

    /// <summary>The pods of this identity.</summary>
    /// <example>my-app</example>
    [FromQuery(Name = "identity")]
    public string? Identity { get; init; }

    /// <summary>true: those that live; false: those that are dead.</summary>
    /// <example>true</example>
    [FromQuery(Name = "live")]
    public bool? Live { get; init; }
}
