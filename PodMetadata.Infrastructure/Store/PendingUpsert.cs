using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;
using PodMetadata.Domain.Json;

namespace PodMetadata.Infrastructure.Store;

/// <summary>A pod to be stored.</summary>
/// <param name="pod">The pod.</param>
/// <param name="manifestDigest">The SHA-256 of the manifest; null without one.</param>
internal sealed class PendingUpsert(Pod pod, byte[]? manifestDigest)
{
    /// <summary>A pod to be stored.</summary>
    public PendingUpsert(Pod pod)
        : this(pod, pod.Manifest is { } manifest ? DigestOf(manifest) : null)
    {
    }

    public Pod Pod => pod;

    /// <summary>The SHA-256 of the manifest; null without one.</summary>
    public byte[]? ManifestDigest => manifestDigest;

    /// <summary>When the stay began that the record ends, in UTC; null when it ends none or does not say.</summary>
    public DateTime? StayFrom { get; init; }

    /// <summary>Whether the pod lives, as far as its manifest says. Only the watch asks.</summary>
    public bool IsLive { get; init; }

    /// <summary>When the deletion of the pod was requested, in UTC; null when it was not. Only the watch asks.</summary>
    public DateTime? DeletionRequestedAt { get; init; }

    /// <summary>The approximate number of bytes to send, without the manifest.</summary>
    public int BytesWithoutManifest => Pod.SelectorLabels?.Utf8.Length ?? 0;

    /// <summary>The approximate number of bytes to send.</summary>
    public int Bytes => BytesWithoutManifest + (Pod.Manifest?.Utf8.Length ?? 0);

    /// <summary>The SHA-256 of a manifest.</summary>
    public static byte[] DigestOf(JsonText manifest) => SHA256.HashData(manifest.Utf8.Span);

    /// <summary>The parameters of several pods, manifests excepted: an array for each column.</summary>
    public static NpgsqlParameter[] Parameters(PendingUpsert[] upserts) =>
    [
        SqlParameters.Many("pod_name", NpgsqlDbType.Text, Array.ConvertAll(upserts, upsert => upsert.Pod.Name)),
        SqlParameters.Many("pod_namespace", NpgsqlDbType.Text, Array.ConvertAll(upserts, upsert => upsert.Pod.Namespace)),
        SqlParameters.Many("pod_ip", NpgsqlDbType.Text, Array.ConvertAll(upserts, upsert => upsert.Pod.Ip)),
        SqlParameters.Many("node_name", NpgsqlDbType.Text, Array.ConvertAll(upserts, upsert => upsert.Pod.NodeName)),
        SqlParameters.Many("is_dead", NpgsqlDbType.Boolean, Array.ConvertAll(upserts, upsert => upsert.Pod.IsDead)),
        SqlParameters.Many("pod_identity", NpgsqlDbType.Text, Array.ConvertAll(upserts, upsert => upsert.Pod.Identity)),
        SqlParameters.Many("workload_selector_labels", NpgsqlDbType.Jsonb, Array.ConvertAll(upserts, upsert => upsert.Pod.SelectorLabels?.Utf8)),
        SqlParameters.Many("time_stamp", NpgsqlDbType.Timestamp, Array.ConvertAll(upserts, upsert => upsert.Pod.TimeStamp)),
        SqlParameters.Many("pod_obj_digest", NpgsqlDbType.Bytea, Array.ConvertAll(upserts, upsert => upsert.ManifestDigest)),
    ];
}
