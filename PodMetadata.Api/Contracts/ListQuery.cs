using Microsoft.AspNetCore.Mvc;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The filters of the listing of all pods, and the page.</summary>
public sealed record ListQuery : PageQuery
{
    /// <summary>Only pods of this namespace.</summary>
    [FromQuery(Name = "namespace")]
    public string? Namespace { get; init; }

    /// <summary>Only pods of this node.</summary>
    [FromQuery(Name = "node")]
    public string? Node { get; init; }

    /// <summary>Only pods of exactly this identity, white space included.</summary>
    [FromQuery(Name = "identity")]
    public string? Identity { get; init; }

    /// <summary>true for live pods only, false for dead pods only.</summary>
    [FromQuery(Name = "live")]
    public bool? Live { get; init; }

    /// <inheritdoc/>
    internal override string?[] Scope => ["pods", FieldRules.Trimmed(Namespace), FieldRules.Trimmed(Node), Identity, $"{Live}", LabelSelector];
}
