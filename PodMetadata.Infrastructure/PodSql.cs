namespace PodMetadata.Infrastructure;

/// <summary>The statements of <see cref="PodStore"/>. Parameters have the names of columns; where one stands for several pods it is an array.</summary>
internal static class PodSql
{
    /// <summary>The pods of some names: of each at most one, since it is the primary key.</summary>
    public const string SelectByNames = $"SELECT {PodReader.Columns} FROM pod_details WHERE pod_name = ANY (@pod_name)";

    /// <summary>For each of some IPs the pod it stands for now; then how many have it, how many have it or had it last, and whether the pod
    /// has not been posted for long.</summary>
    public const string SelectByIps = $"""
        SELECT
            {PodReader.Columns}, CASE WHEN live > 0 THEN live + (SELECT count(*) FROM ({Displaced}) AS others) ELSE 0 END::int,
            all_known::int, posted_at < now() - @stale_after
        FROM unnest(@pod_ip) AS asked (ip)
        CROSS JOIN LATERAL (SELECT {HolderColumns} FROM pod_details WHERE pod_ip = ip {BestFirst} LIMIT 1) AS found
        """;

    /// <summary>For each of some IPs and moments (null is now) the pod it stands for; then, of now what <see cref="SelectByIps"/> returns, of a
    /// moment how many leases cover it, how many lie near it and null, and last the number of the question. Of a moment before there were
    /// leases all but the number is null.</summary>
    public const string Resolve = $"""
        SELECT {PodReader.Columns}, first_count, second_count, is_stale, number
        FROM unnest(@pod_ip, @valid_at) WITH ORDINALITY AS asked (ip, moment, number)
        CROSS JOIN LATERAL (
            SELECT
                pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels,
                CASE WHEN @with_manifest THEN pod_obj END AS pod_obj, time_stamp, live::int AS first_count, all_known::int AS second_count,
                posted_at < now() - @stale_after AS is_stale
            FROM (
                SELECT {HolderColumns}
                FROM ({Displaced} UNION ALL SELECT {PodReader.Columns}, posted_at, ip_released, host_network FROM pod_details WHERE pod_ip = ip) AS holders
                {BestFirst} LIMIT 1) AS holder
            WHERE moment IS NULL
            UNION ALL
            SELECT
                past.pod_name, past.pod_namespace, ip, past.node_name, past.valid_to IS NOT NULL, past.pod_identity,
                past.workload_selector_labels, stored.pod_obj, past.valid_from, covering::int, near::int, NULL
            FROM ({HolderThen}) AS past
            LEFT JOIN pod_details AS stored ON @with_manifest
                AND stored.pod_name = past.pod_name AND stored.pod_namespace IS NOT DISTINCT FROM past.pod_namespace
                AND stored.pod_ip = ip AND stored.node_name = past.node_name
                AND stored.time_stamp >= past.valid_from AND (past.valid_to IS NULL OR stored.time_stamp <= past.valid_to)
            WHERE moment >= pod_ip_leases_since()
            UNION ALL
            SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
            WHERE moment < pod_ip_leases_since()) AS found
        """;

    /// <summary>The leases of an IP behind a place, newest first.</summary>
    public const string SelectLeases = """
        SELECT id, pod_name, pod_namespace, host(pod_ip), node_name, pod_identity, workload_selector_labels, host_network, valid_from, valid_to
        FROM pod_ip_leases WHERE pod_ip = @pod_ip::inet AND valid_to IS DISTINCT FROM valid_from AND (valid_from, id) < (@valid_from, @id)
        ORDER BY valid_from DESC, id DESC LIMIT @limit
        """;

    /// <summary>Marks the pod of a name dead, and ends the leases of its IP: with an IP those of that name and IP in any namespace, since
    /// others of the name may have taken the pod's place. Returns how many pods were marked. The function is migration <c>TellEndsOnce</c>'s.</summary>
    public const string MarkDead = "SELECT pod_mark_dead(@pod_name, @pod_ip)";

    /// <summary>Gives pods that are stored just so their new time stamp, and returns their names; the manifest is compared by its digest, and
    /// neither sent, written nor read.</summary>
    public const string Touch = """
        UPDATE pod_details SET time_stamp = posted.stamp, posted_at = now()
        FROM unnest(@pod_name, @pod_namespace, @pod_ip, @node_name, @is_dead, @pod_identity, @workload_selector_labels, @pod_obj_digest, @time_stamp)
            AS posted (name, namespace, ip, node, dead, identity, labels, digest, stamp)
        WHERE pod_name = posted.name
            AND (pod_obj_digest = posted.digest OR (posted.digest IS NULL AND pod_obj IS NULL))
            AND (pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels)
                IS NOT DISTINCT FROM (posted.namespace, posted.ip, posted.node, posted.dead, posted.identity, posted.labels)
        RETURNING pod_name
        """;

    /// <summary>Puts pods in the place of those with their names, and returns their names and what they replaced.</summary>
    // The replaced row is the one this statement's snapshot sees: of writes at the same moment each may name the same one. That is
    // good enough to count with, and takes no lock.
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
                posted_at = excluded.posted_at,
                leased = excluded.leased,
                died_at = CASE WHEN excluded.is_dead THEN coalesce(pod_details.died_at, now()) END
        )
        SELECT pod_name, name IS NULL, NOT coalesce(dead, true), namespace
        FROM posted LEFT JOIN replaced ON name = pod_name
        """;

    /// <summary>How many pods there are. Of both counts an index alone can tell; one statement, so that they agree.</summary>
    public const string Count = """
        SELECT live, total - live AS dead
        FROM (SELECT count(*) AS live FROM pod_details WHERE NOT is_dead) AS those_live, (SELECT count(*) AS total FROM pod_details) AS those_stored
        """;

    private const string HolderColumns =
        $"{PodReader.Columns}, posted_at, count(*) FILTER (WHERE NOT ip_released) OVER () AS live, count(*) OVER () AS all_known";

    private const string BestFirst = "ORDER BY ip_released, host_network, time_stamp DESC, pod_name";

    // The pods with an IP whose record another namespace's pod of their name has taken: their leases know them. A namespace that is not
    // known, null, is not another one.
    private const string Displaced = """
        SELECT
            pod_name, pod_namespace, ip AS pod_ip, node_name, false AS is_dead, pod_identity, workload_selector_labels, NULL::jsonb AS pod_obj,
            valid_from AS time_stamp, posted_at, false AS ip_released, host_network
        FROM pod_ip_leases AS lease
        WHERE pod_ip = ip::inet AND valid_to IS NULL AND posted_at IS NOT NULL AND EXISTS (
            SELECT FROM pod_details AS taken WHERE taken.pod_name = lease.pod_name AND taken.pod_namespace <> lease.pod_namespace)
        """;

    // The conditions are those of the index ix_pod_ip_leases_ip.
    private const string HolderThen = """
        SELECT *, count(*) FILTER (WHERE covers) OVER () AS covering, count(*) OVER () AS near
        FROM (
            SELECT *, valid_from <= moment AND (valid_to IS NULL OR valid_to > moment) AS covers FROM pod_ip_leases
            WHERE pod_ip = ip::inet AND coalesce(valid_to, 'infinity') >= moment - @clock_skew AND valid_from <= moment + @clock_skew
                AND valid_to IS DISTINCT FROM valid_from) AS lease
        ORDER BY covers DESC, host_network, valid_from DESC, pod_namespace, pod_name LIMIT 1
        """;
}
