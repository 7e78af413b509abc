using PodMetadata.Domain.Json;

namespace PodMetadata.Api.Contracts;

/// <summary>A stored pod.</summary>
public sealed record PodRecord
{
    /// <summary>The pod's name, the key.</summary>
    public required string PodName { get; init; }

    /// <summary>The pod's namespace, or null.</summary>
    public required string? PodNamespace { get; init; }

    /// <summary>The pod's IP address in canonical form (RFC 5952).</summary>
    public required string PodIp { get; init; }

    /// <summary>The name of the pod's node.</summary>
    public required string NodeName { get; init; }

    /// <summary>Whether the pod has left its node.</summary>
    public required bool IsDead { get; init; }

    /// <summary>The pod's identity, such as its application's name, or null.</summary>
    public required string? PodIdentity { get; init; }

    /// <summary>The labels that select the pod's workload, or null.</summary>
    public required JsonText? WorkloadSelectorLabels { get; init; }

    /// <summary>The pod's manifest, or null.</summary>
    public required JsonText? PodObj { get; init; }

    /// <summary>When the controller saw the pod in this state: UTC, written without a zone, to the microsecond.</summary>
    public required DateTime TimeStamp { get; init; }
}
