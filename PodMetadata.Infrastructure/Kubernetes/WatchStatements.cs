using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain.Json;
using PodMetadata.Domain.Kubernetes;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Store;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>The statements that only the watch needs.</summary>
internal static class WatchStatements
{
    // The manifest is read only where its digest differs. A null time stamp is one that the manifest does not say. Of a finished pod whose row a
    // namesake has taken, only the lease is left.
    private const string CompareSql = """
        SELECT
            number,
            stored.pod_obj_digest = seen.digest AND stored.pod_ip = seen.ip AND stored.node_name = seen.node AND NOT stored.is_dead
                AND stored.time_stamp = coalesce(seen.stamp, stored.time_stamp) AS is_same,
            NOT stored.is_dead AND ((stored.pod_ip, stored.node_name) <> (seen.ip, seen.node) OR CASE
                WHEN stored.pod_obj_digest = seen.digest THEN false
                ELSE stored.pod_obj #>> '{metadata,uid}' <> seen.uid END) AS is_of_other_stay
        FROM unnest(@pod_name, @pod_namespace, @pod_ip, @node_name, @uid, @digest, @stamp, @is_finished) WITH ORDINALITY
            AS seen (name, namespace, ip, node, uid, digest, stamp, is_finished, number)
        CROSS JOIN LATERAL (
            SELECT pod_ip, node_name, is_dead, time_stamp, pod_obj_digest, pod_obj FROM pod_details WHERE pod_name = name AND pod_namespace = namespace
            UNION ALL
            SELECT pod_ip, node_name, is_dead, time_stamp, pod_obj_digest, pod_obj FROM pod_namesakes WHERE pod_name = name AND pod_namespace = namespace
            UNION ALL
            SELECT pod_ip, node_name, false, last_end_at, digest, NULL FROM pod_ip_leases
            WHERE is_finished AND pod_name = name AND pod_namespace = namespace AND pod_ip = ip AND node_name = node
                AND NOT EXISTS (SELECT FROM pod_details WHERE pod_name = name AND pod_namespace = namespace)
                AND NOT EXISTS (SELECT FROM pod_namesakes WHERE pod_name = name AND pod_namespace = namespace)
            ) AS stored
        """;

    private const string GoneSql = """
        SELECT coalesce(pod_gone(name, namespace, gone_at), false) AS is_found FROM unnest(@pod_name, @pod_namespace, @gone_at) AS gone (name, namespace, gone_at)
        """;

    // Containers that have crashed may start again at the same IP until then. Such a record is not another post: posted_at stays.
    private const string ConfirmSql = """
        WITH terminating AS (
            SELECT * FROM unnest(@pod_name, @pod_namespace, @ended_at, @deletion_requested_at)
                AS finished (name, namespace, ended_at, deletion_requested_at) WHERE deletion_requested_at > ended_at
        ), namesakes AS (
            UPDATE pod_namesakes SET time_stamp = deletion_requested_at FROM terminating
            WHERE pod_name = name AND pod_namespace = namespace AND time_stamp < deletion_requested_at AND pod_obj #> '{metadata,deletionTimestamp}' IS NOT NULL
        )
        UPDATE pod_details SET time_stamp = deletion_requested_at FROM terminating
        WHERE pod_name = name AND pod_namespace = namespace AND NOT ip_released AND time_stamp < deletion_requested_at
            AND pod_obj #> '{metadata,deletionTimestamp}' IS NOT NULL
        RETURNING true
        """;

    // Such an end would be taken for a late one, of an earlier stay.
    private const string OverdueSql = """
        SELECT coalesce(pod_gone(name, namespace, NULL), false) AS is_found FROM unnest(@pod_name, @pod_namespace, @ended_at) AS finished (name, namespace, ended_at)
        WHERE EXISTS (
            SELECT FROM pod_details WHERE pod_name = name AND pod_namespace = namespace AND NOT ip_released AND time_stamp > ended_at
            UNION ALL
            SELECT FROM pod_namesakes WHERE pod_name = name AND pod_namespace = namespace AND time_stamp > ended_at
            UNION ALL
            SELECT FROM pod_ip_leases WHERE pod_name = name AND pod_namespace = namespace AND valid_to IS NULL AND last_confirmed_at > ended_at)
        """;

    // A name is one pod at a time. The end of the one before may be a time of receipt, and the beginning of the next is cut to a second.
    private const string CutSql = """
        WITH begun AS (
            SELECT * FROM unnest(@pod_name, @pod_namespace, @began_at) AS begun (name, namespace, began_at)
        ), newest AS (
            UPDATE pod_details SET lease_to = began_at
            FROM begun WHERE pod_name = name AND pod_namespace = namespace AND lease_from <= began_at AND lease_to > began_at
        )
        UPDATE pod_ip_leases SET valid_to = began_at, last_end_at = began_at, last_confirmed_at = least(last_confirmed_at, began_at)
        FROM begun WHERE pod_name = name AND pod_namespace = namespace AND valid_from <= began_at AND valid_to > began_at AND NOT is_end
        RETURNING true
        """;

    private const string StoredEndsSql = """
        SELECT pod_name, pod_namespace, pod_obj FROM unnest(@pod_name, @pod_namespace) AS ended (name, namespace)
        CROSS JOIN LATERAL (
            SELECT pod_name, pod_namespace, pod_obj FROM pod_details WHERE pod_name = name AND pod_namespace = namespace AND NOT is_dead
            UNION ALL
            SELECT pod_name, pod_namespace, pod_obj FROM pod_namesakes WHERE pod_name = name AND pod_namespace = namespace
            ) AS stored
        WHERE pod_obj #> '{metadata,deletionTimestamp}' IS NOT NULL
        """;

    private const string MissingSql = """
        SELECT pod_name, pod_namespace FROM pod_details WHERE NOT is_dead AND posted_at < @began_at
        UNION ALL SELECT pod_name, pod_namespace FROM pod_namesakes WHERE posted_at < @began_at
        """;

    private const string ClaimSql = """
        INSERT INTO cluster_watch (cluster_uid) SELECT @cluster_uid WHERE NOT EXISTS (SELECT FROM cluster_watch) RETURNING true
        """;

    // A controller posts each ready pod once a minute, but not while the service is away.
    private const string UnclaimedSql = """
        SELECT NOT EXISTS (SELECT FROM cluster_watch)
            AND EXISTS (SELECT FROM pod_details WHERE NOT is_dead AND (NOT @were_awaited OR posted_at > now() - interval '5 minutes')) AS is_unclaimed
        """;

    // A manifest that a controller posted need not have a UID.
    private const string AnyStoredSql = """
        SELECT EXISTS (
            SELECT FROM unnest(@pod_name, @pod_namespace, @pod_ip, @node_name, @uid) AS seen (name, namespace, ip, node, uid)
            JOIN pod_details ON pod_name = name AND pod_namespace = namespace
            WHERE NOT is_dead AND pod_ip = ip AND node_name = node AND coalesce(pod_obj #>> '{metadata,uid}', uid) = uid) AS is_any_stored
        """;

    // Never in the future, also when the database's clock is set back. LEAST passes over a null, which seen_at is at first.
    private const string VouchSql = """
        UPDATE cluster_watch SET seen_at = greatest(CASE WHEN seen_at IS NOT NULL THEN least(seen_at, now()) END, least(now(), now() - @age)) RETURNING true AS is_found
        """;

    /// <summary>How stored pods compare with those of a list: a row for each that is stored under its namespace and name, with its index; whether
    /// nothing of it has changed; and whether the stored one lives and is at another IP or node, or was another pod.</summary>
    public static Statement<(int Index, bool IsSame, bool IsOfOtherStay)> Compare(IReadOnlyList<ObservedPod> pods) => new(
        CompareSql,
        [
            .. IdentityParameters(pods),
            SqlParameters.Many("digest", NpgsqlDbType.Bytea, pods.Select(pod => pod.Digest).ToArray()),
            SqlParameters.Many("stamp", NpgsqlDbType.Timestamp, pods.Select(pod => pod.Manifest.StateSince).ToArray()),
            SqlParameters.Many("is_finished", NpgsqlDbType.Boolean, pods.Select(pod => pod.Manifest.IsFinished).ToArray()),
        ],
        row => ((int)row.Value<long>("number") - 1, row.IsTrue("is_same"), row.IsTrue("is_of_other_stay")));

    /// <summary>Ends the stays of pods that are gone: a row for each that says whether it was stored alive.</summary>
    public static Statement<bool> Gone(IReadOnlyList<GonePod> pods) => new(
        GoneSql,
        [
            SqlParameters.Many("pod_name", NpgsqlDbType.Text, pods.Select(pod => pod.Name).ToArray()),
            SqlParameters.Many("pod_namespace", NpgsqlDbType.Text, pods.Select(pod => pod.Namespace).ToArray()),
            SqlParameters.Many("gone_at", NpgsqlDbType.Timestamp, pods.Select(pod => pod.At).ToArray()),
        ],
        row => row.Value<bool>("is_found"));

    /// <summary>Of pods that are missing in a list, those that were being deleted, with the ends that their stored manifests say; those that say none
    /// are read as null.</summary>
    public static Statement<GonePod?> StoredEnds(IReadOnlyList<GonePod> pods) => new(
        StoredEndsSql,
        [
            SqlParameters.Many("pod_name", NpgsqlDbType.Text, pods.Select(pod => pod.Name).ToArray()),
            SqlParameters.Many("pod_namespace", NpgsqlDbType.Text, pods.Select(pod => pod.Namespace).ToArray()),
        ],
        row => EndOf(row.Json("pod_obj")!) is { } end ? new GonePod(row.Text("pod_name")!, row.Text("pod_namespace"), end) : null);

    /// <summary>Confirms, until the request to delete them, the stays of pods that were stored alive after that request, and have finished, by their
    /// manifests, before it: their containers had crashed, and waited to be started again.</summary>
    public static Statement<bool> ConfirmUntilDeletion(IReadOnlyList<PendingUpsert> finished) => new(
        ConfirmSql,
        [.. EndParameters(finished), SqlParameters.Many("deletion_requested_at", NpgsqlDbType.Timestamp, finished.Select(upsert => upsert.DeletionRequestedAt).ToArray())],
        _ => true);

    /// <summary>Ends the stays of pods that have finished, by their manifests, before they were last confirmed: those stays ended when the pods were last
    /// known to live.</summary>
    public static Statement<bool> EndOverdue(IReadOnlyList<PendingUpsert> finished) => new(OverdueSql, EndParameters(finished), row => row.Value<bool>("is_found"));

    /// <summary>Ends earlier stays of pods that live, under the same namespace and name, no later than the stay of each began.</summary>
    public static Statement<bool> CutEarlierStays(IReadOnlyList<PendingUpsert> live) => new(
        CutSql,
        [
            SqlParameters.Many("pod_name", NpgsqlDbType.Text, live.Select(upsert => upsert.Pod.Name).ToArray()),
            SqlParameters.Many("pod_namespace", NpgsqlDbType.Text, live.Select(upsert => upsert.Pod.Namespace).ToArray()),
            SqlParameters.Many("began_at", NpgsqlDbType.Timestamp, live.Select(upsert => upsert.Pod.TimeStamp).ToArray()),
        ],
        _ => true);

    /// <summary>The pods that are stored alive, were not posted since a list began, and are missing in it; those that it has are read as null.</summary>
    /// <param name="listBeganAt">When the list began, by the database's clock.</param>
    /// <param name="isListed">Whether the list has a pod.</param>
    public static Statement<GonePod?> Missing(DateTime listBeganAt, Func<GonePod, bool> isListed) => new(
        MissingSql,
        [SqlParameters.One("began_at", NpgsqlDbType.TimestampTz, listBeganAt)],
        row => new GonePod(row.Text("pod_name")!, row.Text("pod_namespace"), At: null) is var pod && isListed(pod) ? null : pod);

    /// <summary>Whether nobody has watched the table yet, and it has pods that live and that controllers may be posting.</summary>
    /// <param name="wereAwaited">Whether posts could arrive for 5 minutes: pods that nobody posted in these do not count.</param>
    public static Statement<bool> IsUnclaimed(bool wereAwaited) =>
        new(UnclaimedSql, [SqlParameters.One("were_awaited", NpgsqlDbType.Boolean, wereAwaited)], row => row.Value<bool>("is_unclaimed"));

    /// <summary>Whether any of several pods is stored alive, at its IP and node.</summary>
    public static Statement<bool> IsAnyStored(IReadOnlyList<ObservedPod> pods) => new(AnyStoredSql, IdentityParameters(pods), row => row.Value<bool>("is_any_stored"));

    /// <summary>Makes a cluster the one that is watched, unless another one is.</summary>
    public static Statement<bool> Claim(string clusterUid) => new(ClaimSql, [SqlParameters.One("cluster_uid", NpgsqlDbType.Text, clusterUid)], _ => true);

    /// <summary>The UID of the cluster that is watched.</summary>
    public static Statement<string> WatchedCluster() => new("SELECT cluster_uid FROM cluster_watch", [], row => row.Text("cluster_uid")!);

    /// <summary>Vouches for all stored pods, as of some time ago.</summary>
    public static Statement<bool> Vouch(TimeSpan age) => new(VouchSql, [SqlParameters.One("age", NpgsqlDbType.Interval, age)], _ => true);

    /// <summary>The database's clock.</summary>
    public static Statement<DateTime> Now() => new("SELECT clock_timestamp() AS now", [], row => row.Value<DateTime>("now"));

    private static NpgsqlParameter[] EndParameters(IReadOnlyList<PendingUpsert> finished) =>
    [
        SqlParameters.Many("pod_name", NpgsqlDbType.Text, finished.Select(upsert => upsert.Pod.Name).ToArray()),
        SqlParameters.Many("pod_namespace", NpgsqlDbType.Text, finished.Select(upsert => upsert.Pod.Namespace).ToArray()),
        SqlParameters.Many("ended_at", NpgsqlDbType.Timestamp, finished.Select(upsert => upsert.Pod.TimeStamp).ToArray()),
    ];

    private static NpgsqlParameter[] IdentityParameters(IReadOnlyList<ObservedPod> pods) =>
    [
        SqlParameters.Many("pod_name", NpgsqlDbType.Text, pods.Select(pod => pod.Manifest.Name).ToArray()),
        SqlParameters.Many("pod_namespace", NpgsqlDbType.Text, pods.Select(pod => pod.Manifest.Namespace).ToArray()),
        SqlParameters.Many("pod_ip", NpgsqlDbType.Text, pods.Select(pod => pod.Ip).ToArray()),
        SqlParameters.Many("node_name", NpgsqlDbType.Text, pods.Select(pod => pod.Manifest.NodeName).ToArray()),
        SqlParameters.Many("uid", NpgsqlDbType.Text, pods.Select(pod => pod.Manifest.Uid).ToArray()),
    ];

    private static DateTime? EndOf(JsonText stored)
    {
        try
        {
            return PodManifest.Parse(stored) is { DeletionRequestedAt: not null, FinishedAt: { } end } ? end : null;
        }
        catch (JsonException)
        {
            return null; // a controller may have posted any JSON
        }
    }
}
