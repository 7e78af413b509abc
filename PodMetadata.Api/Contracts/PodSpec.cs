using System.ComponentModel;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>What a controller says of a pod it sees.</summary>
public sealed record PodSpec
{
    /// <summary>The pod's name, the key. At most 253 characters, not '.' or '..', without '/' and '%'; white space around it does not count.</summary>
    public string? PodName { get; init; }

    /// <summary>The pod's namespace, at most 63 characters; blank is null.</summary>
    public string? PodNamespace { get; init; }

    /// <summary>The pod's IP address: IPv4 (a dotted quad) or IPv6, without a zone index.</summary>
    public string? PodIp { get; init; }

    /// <summary>The name of the pod's node; the rule of pod_name.</summary>
    public string? NodeName { get; init; }

    /// <summary>Whether the pod has left its node.</summary>
    [DefaultValue(false)]
    public bool IsDead { get; init; }

    /// <summary>What the pod is, such as its application's name; at most 253 characters.</summary>
    public string? PodIdentity { get; init; }

    /// <summary>The labels that select the pod's workload: an object of strings.</summary>
    public JsonText? WorkloadSelectorLabels { get; init; }

    /// <summary>The pod's manifest: any JSON value, kept whole.</summary>
    public JsonText? PodObj { get; init; }

    /// <summary>When the controller saw the pod so: ISO 8601, UTC unless it has an offset, kept to the microsecond.</summary>
    public string? TimeStamp { get; init; }
}
