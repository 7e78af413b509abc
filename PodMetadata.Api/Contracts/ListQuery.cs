using Microsoft.AspNetCore.Mvc;
using PodMetadata.Domain;

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

    /// <summary>The pods of this identity, white space around it included.</summary>
    [FromQuery(Name = "identity")]
    public string? Identity { get; init; }

    /// <summary>true: those that live; false: those that are dead.</summary>
    [FromQuery(Name = "live")]
    public bool? Live { get; init; }

    /// <inheritdoc/>
    internal override string?[] Scope => ["pods", PodText.Trimmed(Namespace), PodText.Trimmed(Node), Identity, $"{Live}", LabelSelector];
}
