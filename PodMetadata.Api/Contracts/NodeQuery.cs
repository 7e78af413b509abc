using Microsoft.AspNetCore.Mvc;

namespace PodMetadata.Api.Contracts;

/// <summary>The node of a listing, its filters, and the page.</summary>
public sealed record NodeQuery : PageQuery
{
    /// <summary>The node's name.</summary>
    /// <example>worker-1</example>
    [FromRoute(Name = "node")]
    public string Node { get; init; } = "";

    /// <inheritdoc/>
    internal override string?[] Scope => ["node", Node, LabelSelector];
}
