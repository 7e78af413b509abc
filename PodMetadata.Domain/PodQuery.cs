namespace PodMetadata.Domain;

/// <summary>Which pods a listing is about. What is null does not narrow it.</summary>
public sealed record PodQuery
{
    /// <summary>The pods of a namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>The pods of a node.</summary>
    public string? NodeName { get; init; }

    /// <summary>The pods of an identity.</summary>
    public string? Identity { get; init; }

    /// <summary>Those that live, or those that are dead.</summary>
    public bool? Live { get; init; }

    /// <summary>Those whose own labels (their manifest's <c>metadata.labels</c>, else their workload's selector labels) it selects.</summary>
    public LabelSelector? Labels { get; init; }

    /// <summary>At most so many.</summary>
    public int? Limit { get; init; }

    /// <summary>Those behind a place in the order of the listing.</summary>
    public PodPosition? After { get; init; }

    /// <summary>Whether the manifests are wanted; else they are null.</summary>
    public bool WithManifest { get; init; } = true;
}
