using PodMetadata.Domain.Labels;

namespace PodMetadata.Domain;

/// <summary>The pods of a listing. A member that is null does not restrict it.</summary>
public sealed record PodQuery
{
    /// <summary>Only pods of this namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only pods of this node.</summary>
    public string? NodeName { get; init; }

    /// <summary>Only pods of this identity.</summary>
    public string? Identity { get; init; }

    /// <summary>True for live pods only, false for dead pods only.</summary>
    public bool? Live { get; init; }

    /// <summary>Only pods whose labels match: the manifest's <c>metadata.labels</c>, else the workload's selector labels.</summary>
    public LabelSelector? Labels { get; init; }

    /// <summary>The maximum number of pods.</summary>
    public int? Limit { get; init; }

    /// <summary>Only pods after this position.</summary>
    public PodPosition? After { get; init; }

    /// <summary>Whether to list live pods whose record a pod of the same name in another namespace has taken, too.</summary>
    public bool WithNamesakes { get; init; }

    /// <summary>Whether to read the manifests; else they are null.</summary>
    public bool WithManifest { get; init; } = true;
}
