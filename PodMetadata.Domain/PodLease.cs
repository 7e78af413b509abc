using PodMetadata.Domain.Json;

namespace PodMetadata.Domain;

/// <summary>The time in which a pod held an IP on a node. The leases of one namespace and name never overlap.</summary>
public sealed class PodLease
{
    /// <summary>The pod's name.</summary>
    public required string Name { get; init; }

    /// <summary>The pod's namespace, or null when it is unknown.</summary>
    public string? Namespace { get; init; }

    /// <summary>The IP address in its canonical form (see <see cref="PodAddress"/>).</summary>
    public required string Ip { get; init; }

    /// <summary>The name of the pod's node.</summary>
    public required string NodeName { get; init; }

    /// <summary>What the pod was when the lease began, or null.</summary>
    public string? Identity { get; init; }

    /// <summary>The labels that selected the pod's workload when the lease began, a JSON object of strings, or null.</summary>
    public JsonText? SelectorLabels { get; init; }

    /// <summary>Whether the pod used its node's network, and so shared its IP.</summary>
    public bool HostNetwork { get; init; }

    /// <summary>When the lease began, in UTC like <see cref="Pod.TimeStamp"/>.</summary>
    public required DateTime ValidFrom { get; init; }

    /// <summary>When the lease ended, or null while the pod holds the IP.</summary>
    public DateTime? ValidTo { get; init; }
}
