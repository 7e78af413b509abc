using PodMetadata.Domain.Json;

namespace PodMetadata.Domain;

/// <summary>The record of one Kubernetes pod, live or dead.</summary>
public sealed class Pod
{
    /// <summary>The name: unique in this service, at most 253 characters, and a path segment (see <see cref="FieldRules"/>).</summary>
    public required string Name { get; init; }

    /// <summary>The namespace, at most 63 characters, or null when it is unknown.</summary>
    public string? Namespace { get; init; }

    /// <summary>The IP address in its canonical form (see <see cref="PodAddress"/>).</summary>
    public required string Ip { get; init; }

    /// <summary>The name of the node the pod runs or ran on; the same rule as for <see cref="Name"/>.</summary>
    public required string NodeName { get; init; }

    /// <summary>Whether the pod has left its node.</summary>
    public bool IsDead { get; init; }

    /// <summary>What the pod is, such as its application's name: at most 253 characters, or null.</summary>
    public string? Identity { get; init; }

    /// <summary>The labels that select the pod's workload, a JSON object of strings, or null.</summary>
    public JsonText? SelectorLabels { get; init; }

    /// <summary>The manifest, any JSON value, or null.</summary>
    public JsonText? Manifest { get; init; }

    /// <summary>When the controller saw the pod in this state: UTC, whole microseconds, of kind <see cref="DateTimeKind.Unspecified"/>.</summary>
    public required DateTime TimeStamp { get; init; }
}
