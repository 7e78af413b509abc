using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Store;

/// <summary>Gives stored pods that are unchanged but for their time stamp the new one: a row with the name of each. The manifest is compared by
/// its digest, and neither sent, read nor written.</summary>
internal static class TouchStatement
{
    public const string Sql = """
        UPDATE pod_details SET time_stamp = posted.stamp, posted_at = now()
        FROM unnest(@pod_name, @pod_namespace, @pod_ip, @node_name, @is_dead, @pod_identity, @workload_selector_labels, @pod_obj_digest, @time_stamp)
            AS posted (name, namespace, ip, node, dead, identity, labels, digest, stamp)
        WHERE pod_name = posted.name
            AND (pod_obj_digest = posted.digest OR (posted.digest IS NULL AND pod_obj IS NULL))
            AND (pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels)
                IS NOT DISTINCT FROM (posted.namespace, posted.ip, posted.node, posted.dead, posted.identity, posted.labels)
        RETURNING pod_name
        """;

    /// <param name="upserts">The pods, ordered by name.</param>
    public static Statement<string> For(PendingUpsert[] upserts) => new(Sql, PendingUpsert.Parameters(upserts), row => row.Text("pod_name")!);
}
