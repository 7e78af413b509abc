using System.Text.Json;
using PodMetadata.Domain.Json;

namespace PodMetadata.Domain.Kubernetes;

/// <summary>A workload of the API group <c>apps</c> that an object names as its owner.</summary>
/// <param name="Kind">ReplicaSet, Deployment, StatefulSet or DaemonSet.</param>
/// <param name="Name">The name, in the namespace of the owned object.</param>
/// <param name="Uid">The UID.</param>
public sealed record WorkloadReference(string Kind, string Name, string Uid)
{
    /// <summary>The kind between a Deployment and its pods. It is not itself what a pod is known by.</summary>
    public const string ReplicaSet = "ReplicaSet";

    /// <summary>The kind that owns ReplicaSets.</summary>
    public const string Deployment = "Deployment";

    private static readonly string[] Kinds = [ReplicaSet, Deployment, "StatefulSet", "DaemonSet"];

    /// <summary>The owners of an object that are workloads, in order.</summary>
    /// <param name="metadata">The object's member <c>metadata</c>.</param>
    public static IReadOnlyList<WorkloadReference> OwnersOf(JsonElement metadata) =>
    [
        .. from owner in metadata.At("ownerReferences").Items()
        let kind = owner.At("kind").Text()
        let name = owner.At("name").Text()
        let uid = owner.At("uid").Text()
        where Kinds.Contains(kind) && name is not null && uid is not null && IsOfApps(owner.At("apiVersion").Text())
        select new WorkloadReference(kind, name, uid),
    ];

    // The group extensions is where these kinds were before Kubernetes 1.16.
    private static bool IsOfApps(string? apiVersion) =>
        apiVersion is not null && (apiVersion.StartsWith("apps/", StringComparison.Ordinal) || apiVersion.StartsWith("extensions/", StringComparison.Ordinal));
}
