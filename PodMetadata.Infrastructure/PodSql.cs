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
        UPDATE pod_details SET time_stamp = posted.stamp
        FROM unnest(@pod_name, @pod_namespace, @pod_ip, @node_name, @is_dead, @pod_identity, @workload_selector_labels, @pod_obj_digest, @time_stamp)
            AS posted (name, namespace, ip, node, dead, identity, labels, digest, stamp)
        WHERE pod_name = posted.name
            AND (pod_obj_digest = posted.digest OR (posted.digest IS NULL AND pod_obj IS NULL))
            AND (pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels)
                IS NOT DISTINCT FROM (posted.namespace, posted.ip, posted.node, posted.dead, posted.identity, posted.labels)
        RETURNING {PodReader.Columns}
        """;

    /// <summary>Puts pods in the place of those with their names, and returns them and what they replaced.</summary>
    // The replaced row is the one this statement's snapshot sees: of writes at the same moment each may name the same one. That is
    // good enough to count with, and takes no lock. What is returned is what was posted, as jsonb has it: to read it back would cost more.
    public const string Upsert = $"""
        WITH posted AS (
            SELECT * FROM unnest(
                @pod_name, @pod_namespace, @pod_ip, @node_name, @is_dead, @pod_identity, @workload_selector_labels, @pod_obj, @time_stamp, @pod_obj_digest)
                AS posted ({PodReader.Columns}, pod_obj_digest)
        ), replaced AS (
            SELECT pod_name AS name, pod_namespace AS namespace, is_dead AS dead FROM pod_details WHERE pod_name = ANY (@pod_name)
        ), stored AS (
            INSERT INTO pod_details ({PodReader.Columns}, pod_obj_digest, died_at)
            SELECT *, CASE WHEN is_dead THEN now() END FROM posted
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
        )
        SELECT {PodReader.Columns}, name IS NULL, NOT coalesce(dead, true), namespace
        FROM posted LEFT JOIN replaced ON name = pod_name
        """;

    /// <summary>How many pods there are. Of both counts an index alone can tell; one statement, so that they agree.</summary>
    public const string Count = """
        SELECT live, total - live AS dead
        FROM (SELECT count(*) AS live FROM pod_details WHERE NOT is_dead) AS those_live, (SELECT count(*) AS total FROM pod_details) AS those_stored
        """;
}
