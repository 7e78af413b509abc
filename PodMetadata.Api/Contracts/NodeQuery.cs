using Microsoft.AspNetCore.Mvc;

namespace PodMetadata.Api.Contracts;

/// <summary>Which node's pods are listed, and what narrows them.</summary>
public sealed record NodeQuery : PageQuery
{
    /// <summary>The node's name.</summary>
    /// <example>worker-1</example>
    [FromRoute(Name = "node")]
    public string Node { get; init; } = "";

    /// <inheritdoc/>
    internal override string?[] Scope => ["node", Node, LabelSelector];
}
