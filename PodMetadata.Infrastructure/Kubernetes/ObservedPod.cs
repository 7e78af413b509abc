using PodMetadata.Domain;
using PodMetadata.Domain.Kubernetes;
using PodMetadata.Infrastructure.Store;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>A pod with an IP and a node, as a list or a watch shows it.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="Ip">The IP in canonical form.</param>
/// <param name="Digest">The SHA-256 of the manifest.</param>
internal sealed record ObservedPod(PodManifest Manifest, string Ip, byte[] Digest)
{
    /// <summary>The pod of a manifest, or why it is skipped.</summary>
    public static (ObservedPod? Pod, string? SkippedFor) Of(PodManifest manifest) =>
        manifest.Ip is null ? (null, WatchMetrics.NoIp)
        : manifest.NodeName is null ? (null, WatchMetrics.NoNode)
        : !PodAddress.TryParse(manifest.Ip, out string? ip) ? (null, WatchMetrics.BadIp)
        : FieldRules.NameProblem(manifest.Name) is not null || FieldRules.NameProblem(manifest.NodeName) is not null
            || FieldRules.Problem(manifest.Namespace, FieldRules.MaxNamespaceLength) is not null ? (null, WatchMetrics.BadName)
        : manifest.Json.Problem is not null ? (null, WatchMetrics.BadManifest)
        : (new ObservedPod(manifest, ip, PendingUpsert.DigestOf(manifest.Json)), null);
}
