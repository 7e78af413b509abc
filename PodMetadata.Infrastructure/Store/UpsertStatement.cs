using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Store;

/// <summary>Replaces the pods of several names, or inserts them: a row for each that says what it replaced.</summary>
internal static class UpsertStatement
{
    // The limit keeps the planner from reading all leases at once.
    // A live pod that no lease is known of begins one in its own row; a record that repeats the last one, or ends it, keeps the lease there. A null
    // lease_from leaves the leases to the triggers. A pod that has ended, and whose first record this is, may bring the whole lease.
    // The replaced row is the one in this statement's snapshot, so concurrent writes may each report the same one. That is good enough for
    // counting, and takes no lock.
    public const string Sql = $$"""
        WITH posted AS (
            SELECT
                *,
                (SELECT true FROM pod_ip_leases AS lease WHERE lease.pod_name = posted.pod_name LIMIT 1) IS NULL
                    AND (SELECT true FROM pod_namesakes AS namesake WHERE namesake.pod_name = posted.pod_name LIMIT 1) IS NULL AS has_no_other_lease
            FROM unnest(
                @pod_name, @pod_namespace, @pod_ip, @node_name, @is_dead, @pod_identity, @workload_selector_labels, @time_stamp, @pod_obj, @pod_obj_digest,
                @stay_from) AS posted ({{RowReader.PodColumns}}, pod_obj_digest, stay_from)
        ), replaced AS (
            SELECT pod_name AS name, pod_namespace AS namespace, is_dead AS dead FROM pod_details WHERE pod_name = ANY (@pod_name)
        ), stored AS (
            INSERT INTO pod_details ({{RowReader.PodColumns}}, pod_obj_digest, died_at, posted_at, lease_from, lease_to, lease_confirmed_at)
            SELECT
                {{RowReader.PodColumns}}, pod_obj_digest, CASE WHEN is_dead THEN now() END,
                least(now(), greatest(now() - @posted_age, time_stamp AT TIME ZONE 'UTC')),
                CASE WHEN has_no_other_lease THEN coalesce(stay_from, time_stamp) END,
                CASE WHEN has_no_other_lease AND stay_from IS NOT NULL THEN time_stamp END,
                CASE WHEN has_no_other_lease THEN stay_from END
            FROM posted
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
                died_at = CASE WHEN excluded.is_dead THEN coalesce(pod_details.died_at, now()) END,
                (lease_from, lease_to, lease_confirmed_at, lease_ended_by_mark, lease_began_as) = (
                    SELECT
                        CASE WHEN goes_on THEN pod_details.lease_from END,
                        CASE WHEN goes_on AND excluded.ip_released THEN coalesce(pod_details.lease_to, excluded.time_stamp) END,
                        CASE WHEN goes_on AND excluded.ip_released THEN coalesce(
                            pod_details.lease_confirmed_at, least(pod_details.time_stamp, pod_details.posted_at AT TIME ZONE 'UTC')) END,
                        false,
                        CASE WHEN goes_on THEN coalesce(pod_details.lease_began_as, CASE
                            WHEN (pod_details.pod_identity, pod_details.workload_selector_labels, pod_details.host_network)
                                IS DISTINCT FROM (excluded.pod_identity, excluded.workload_selector_labels, excluded.host_network)
                            THEN jsonb_build_object(
                                'pod_identity', pod_details.pod_identity, 'workload_selector_labels', pod_details.workload_selector_labels,
                                'host_network', pod_details.host_network) END) END
                    FROM (VALUES (
                        pod_details.lease_from IS NOT NULL AND excluded.time_stamp >= pod_details.time_stamp
                        AND pod_details.pod_namespace IS NOT DISTINCT FROM excluded.pod_namespace
                        AND pod_details.pod_ip = excluded.pod_ip AND pod_details.node_name = excluded.node_name
                        AND (excluded.ip_released OR NOT pod_details.ip_released)
                        AND (pod_details.died_at > pod_details.posted_at) IS NOT TRUE)) AS lease (goes_on))
        )
        SELECT pod_name, name IS NULL AS is_new, NOT coalesce(dead, true) AS replaced_live, namespace AS replaced_namespace
        FROM posted LEFT JOIN replaced ON name = pod_name
        """;

    /// <param name="upserts">The pods, ordered by name.</param>
    /// <param name="age">How long ago all of the records were known to be true; zero for records that have just been posted.</param>
    public static Statement<UpsertedPod> For(PendingUpsert[] upserts, TimeSpan age)
    {
        Dictionary<string, Pod> pods = upserts.ToDictionary(upsert => upsert.Pod.Name, upsert => upsert.Pod);
        NpgsqlParameter manifests = SqlParameters.Many("pod_obj", NpgsqlDbType.Jsonb, Array.ConvertAll(upserts, upsert => upsert.Pod.Manifest?.Utf8));
        NpgsqlParameter stays = SqlParameters.Many("stay_from", NpgsqlDbType.Timestamp, Array.ConvertAll(upserts, upsert => upsert.StayFrom));
        NpgsqlParameter postedAge = SqlParameters.One("posted_age", NpgsqlDbType.Interval, age);
        return new(Sql, [.. PendingUpsert.Parameters(upserts), manifests, stays, postedAge], row => new UpsertedPod(
            pods[row.Text("pod_name")!],
            row.Value<bool>("is_new") ? UpsertOutcome.Inserted : UpsertOutcome.Replaced,
            row.Value<bool>("replaced_live"),
            row.Text("replaced_namespace")));
    }
}
