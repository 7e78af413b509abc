using PodMetadata.Domain.Json;

namespace PodMetadata.Api.Contracts;

/// <summary>A lease: the time during which a pod held an IP.</summary>
public sealed record LeaseRecord
{
    /// <summary>The pod's name.</summary>
    public required string PodName { get; init; }

    /// <summary>The pod's namespace, or null.</summary>
    public required string? PodNamespace { get; init; }

    /// <summary>The IP address in canonical form (RFC 5952).</summary>
    public required string PodIp { get; init; }

    /// <summary>The name of the pod's node.</summary>
    public required string NodeName { get; init; }

    /// <summary>The pod's identity when the lease began, or null.</summary>
    public required string? PodIdentity { get; init; }

    /// <summary>The labels that selected the pod's workload when the lease began, or null.</summary>
    public required JsonText? WorkloadSelectorLabels { get; init; }

    /// <summary>Whether the pod used the host network, and so shared its IP with other pods.</summary>
    public required bool HostNetwork { get; init; }

    /// <summary>When the pod got the IP: UTC, written without a zone, to the microsecond.</summary>
    public required DateTime ValidFrom { get; init; }

    /// <summary>When the pod lost the IP; null while it holds it.</summary>
    public required DateTime? ValidTo { get; init; }
}
