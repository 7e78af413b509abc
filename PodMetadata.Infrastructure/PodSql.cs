namespace PodMetadata.Infrastructure;

/// <summary>The statements of <see cref="PodStore"/>. Parameters have the names of columns; where one stands for several pods it is an array.</summary>
internal static class PodSql
{
    /// <summary>The pods of some names: of each at most one, since it is the primary key.</summary>
    public const string SelectByNames = $"SELECT {PodReader.Columns} FROM pod_details WHERE pod_name = ANY (@pod_name)";

    /// <summary>For each of some IPs the pod it stands for.</summary>
    public const string SelectByIps = $"""
        SELECT {PodReader.Columns}
        FROM unnest(@pod_ip) AS asked (ip) CROSS JOIN LATERAL (
            SELECT {PodReader.Columns} FROM pod_details WHERE pod_ip = asked.ip
            ORDER BY ip_released, host_network, time_stamp DESC, pod_name LIMIT 1) AS found
        """;

    /// <summary>All pods.</summary>
    public const string SelectAll = $"SELECT {PodReader.Columns} FROM pod_details ORDER BY pod_namespace, pod_name";

    /// <summary>A node's live pods.</summary>
    public const string SelectLiveByNode =
        $"SELECT {PodReader.Columns} FROM pod_details WHERE node_name = @node_name AND NOT is_dead ORDER BY pod_namespace, pod_name";

    /// <summary>Gives pods that are stored just so their new time stamp, and returns them; the manifest is compared by its digest, and neither
    /// sent nor written.</summary>
    public const string Touch = $"""
        UPDATE pod_details SET time_stamp = posted.time_stamp
        FROM unnest(@pod_name, @pod_namespace, @pod_ip, @node_name, @is_dead, @pod_identity, @workload_selector_labels, @pod_obj_digest, @time_stamp)
            AS posted (name, namespace, ip, node, dead, identity, labels, digest, time_stamp)
        WHERE pod_name = posted.name
            AND (pod_obj_digest = posted.digest OR (posted.digest IS NULL AND pod_obj IS NULL))
            AND (pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels)
                IS NOT DISTINCT FROM (posted.namespace, posted.ip, posted.node, posted.dead, posted.identity, posted.labels)
        RETURNING {Touched}
        """;

    /// <summary>Puts pods in the place of those with their names, and returns them and what they replaced.</summary>
    // The replaced row is the one this statement's snapshot sees: of writes at the same moment each may name the same one. That is
    // good enough to count with, and takes no lock.
    public const string Upsert = """
        WITH replaced AS (
            SELECT pod_name, pod_namespace, is_dead FROM pod_details WHERE pod_name = ANY (@pod_name)
        ), stored AS (
            INSERT INTO pod_details (
                pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels, pod_obj, pod_obj_digest, time_stamp, died_at)
            SELECT *, CASE WHEN dead THEN now() END
            FROM unnest(
                @pod_name, @pod_namespace, @pod_ip, @node_name, @is_dead, @pod_identity, @workload_selector_labels, @pod_obj, @pod_obj_digest, @time_stamp)
                AS posted (name, namespace, ip, node, dead, identity, labels, manifest, digest, time_stamp)
            ON CONFLICT (pod_name) DO UPDATE SET
                pod_namespace = excluded.pod_namespace,
                pod_ip = excluded.pod_ip,
                node_name = excluded.node_name,
                is_dead = excluded.is_dead,
                pod_identity = excluded.pod_identity,
                workload_selector_labels = excluded.workload_selector_labels,
                pod_obj = excluded.pod_obj,
                pod_obj_digest = excluded.pod_obj_digest,
                time_stamp = excluded.time_stamp,
                died_at = CASE WHEN excluded.is_dead THEN coalesce(pod_details.died_at, now()) END
            RETURNING *
        )
        SELECT
            stored.pod_name, stored.pod_namespace, stored.pod_ip, stored.node_name, stored.is_dead, stored.pod_identity,
            stored.workload_selector_labels, stored.pod_obj, stored.time_stamp,
            replaced.pod_name IS NULL, NOT coalesce(replaced.is_dead, true), replaced.pod_namespace
        FROM stored LEFT JOIN replaced USING (pod_name)
        """;

    /// <summary>How many pods there are. Of both counts an index alone can tell; one statement, so that they agree.</summary>
    public const string Count = """
        SELECT live, total - live AS dead
        FROM (SELECT count(*) AS live FROM pod_details WHERE NOT is_dead) AS those_live, (SELECT count(*) AS total FROM pod_details) AS those_stored
        """;

    // Both the table and the posted pods have a time_stamp.
    private const string Touched =
        "pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels, pod_obj, pod_details.time_stamp";
}
