namespace PodMetadata.Domain;

/// <summary>A time in which a pod had an IP on a node. The leases of one namespace and name never overlap.</summary>
public sealed class PodLease
{
    /// <summary>A number that no other lease has; it says nothing about time.</summary>
    public long Id { get; init; }

    /// <summary>The pod's name.</summary>
    public required string Name { get; init; }

    /// <summary>The pod's namespace, or null when it is not known.</summary>
    public string? Namespace { get; init; }

    /// <summary>The IP address in its canonical form (see <see cref="PodAddress"/>).</summary>
    public required string Ip { get; init; }

    /// <summary>The name of the pod's node.</summary>
    public required string NodeName { get; init; }

    /// <summary>What the pod was when the lease began, or null.</summary>
    public string? Identity { get; init; }

    /// <summary>The labels that selected the pod's workload when the lease began, a JSON object of strings, or null.</summary>
    public JsonText? SelectorLabels { get; init; }

    /// <summary>Whether the pod shared its node's network, and so its IP with other pods.</summary>
    public bool HostNetwork { get; init; }

    /// <summary>From when on the pod had the IP, as <see cref="Pod.TimeStamp"/> counts.</summary>
    public required DateTime ValidFrom { get; init; }

    /// <summary>From when on it no longer had it, or null while it has.</summary>
    public DateTime? ValidTo { get; init; }
}
