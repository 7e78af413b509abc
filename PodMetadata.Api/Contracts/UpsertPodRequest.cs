using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PodMetadata.Domain;
using PodMetadata.Domain.Json;

namespace PodMetadata.Api.Contracts;

/// <summary>A pod as its controller sees it.</summary>
public sealed record UpsertPodRequest
{
    /// <summary>The pod's name, the key. At most 253 characters, not '.' or '..', without '/' and '%'. Surrounding white space is ignored.</summary>
    [Required, MaxLength(FieldRules.MaxNameLength)]
    public string? PodName { get; init; }

    /// <summary>The pod's namespace, at most 63 characters. Blank is null.</summary>
    [MaxLength(FieldRules.MaxNamespaceLength)]
    public string? PodNamespace { get; init; }

    /// <summary>The pod's IP address: IPv4 (a dotted quad) or IPv6, without a zone index.</summary>
    [Required]
    public string? PodIp { get; init; }

    /// <summary>The name of the pod's node. The rules of pod_name apply.</summary>
    [Required, MaxLength(FieldRules.MaxNameLength)]
    public string? NodeName { get; init; }

    /// <summary>Whether the pod has left its node.</summary>
    [DefaultValue(false)]
    public bool IsDead { get; init; }

    /// <summary>What the pod is, such as its application's name. At most 253 characters.</summary>
    [MaxLength(FieldRules.MaxIdentityLength)]
    public string? PodIdentity { get; init; }

    /// <summary>The labels that select the pod's workload: an object of strings.</summary>
    public JsonText? WorkloadSelectorLabels { get; init; }

    /// <summary>The pod's manifest: any JSON value, stored as PostgreSQL's jsonb.</summary>
    public JsonText? PodObj { get; init; }

    /// <summary>When the controller saw the pod in this state: ISO 8601, UTC unless it has an offset, kept to the microsecond.</summary>
    [Required]
    public string? TimeStamp { get; init; }

    internal Parsed<string> ParsedIp => field ??= WireValues.Ip(PodIp);

    internal Parsed<DateTime> ParsedTimeStamp => field ??= WireValues.Time(TimeStamp);
}
