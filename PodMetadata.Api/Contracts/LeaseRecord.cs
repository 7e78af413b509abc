using PodMetadata.Domain.Json;

namespace PodMetadata.Api.Contracts;

/// <summary>A time in which a pod had an IP.</summary>
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

    /// <summary>What the pod was when the lease began, or null.</summary>
    public required string? PodIdentity { get; init; }

    /// <summary>The labels that selected the pod's workload when the lease began, or null.</summary>
    public required JsonText? WorkloadSelectorLabels { get; init; }

    /// <summary>Whether the pod shared its node's network, and so its IP with other pods.</summary>
    public required bool HostNetwork { get; init; }

    /// <summary>From when on the pod had the IP: UTC, written without a zone, to the microsecond.</summary>
    public required DateTime ValidFrom { get; init; }

    /// <summary>From when on it no longer had it, or null while it has.</summary>
    public required DateTime? ValidTo { get; init; }
}
