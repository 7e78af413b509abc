using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Store;

/// <summary>Replaces the pods of several names, or inserts them: a row for each that says what it replaced.</summary>
internal static class UpsertStatement
{
    // The replaced row is the one in this statement's snapshot, so concurrent writes may each report the same one. That is good enough for
    // counting, and takes no lock.
    public const string Sql = $"""
        WITH posted AS (
            SELECT * FROM unnest(
                @pod_name, @pod_namespace, @pod_ip, @node_name, @is_dead, @pod_identity, @workload_selector_labels, @time_stamp, @pod_obj, @pod_obj_digest)
                AS posted ({RowReader.PodColumns}, pod_obj_digest)
        ), replaced AS (
            SELECT pod_name AS name, pod_namespace AS namespace, is_dead AS dead FROM pod_details WHERE pod_name = ANY (@pod_name)
        ), stored AS (
            INSERT INTO pod_details ({RowReader.PodColumns}, pod_obj_digest, died_at)
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
                lease_settled = excluded.lease_settled,
                died_at = CASE WHEN excluded.is_dead THEN coalesce(pod_details.died_at, now()) END
        )
        SELECT pod_name, name IS NULL AS is_new, NOT coalesce(dead, true) AS replaced_live, namespace AS replaced_namespace
        FROM posted LEFT JOIN replaced ON name = pod_name
        """;

    /// <param name="upserts">The pods, ordered by name.</param>
    public static Statement<UpsertedPod> For(PendingUpsert[] upserts)
    {
        Dictionary<string, Pod> pods = upserts.ToDictionary(upsert => upsert.Pod.Name, upsert => upsert.Pod);
        NpgsqlParameter manifests = SqlParameters.Many("pod_obj", NpgsqlDbType.Jsonb, Array.ConvertAll(upserts, upsert => upsert.Pod.Manifest?.Utf8));
        return new(Sql, [.. PendingUpsert.Parameters(upserts), manifests], row => new UpsertedPod(
            pods[row.Text("pod_name")!],
            row.Value<bool>("is_new") ? UpsertOutcome.Inserted : UpsertOutcome.Replaced,
            row.Value<bool>("replaced_live"),
            row.Text("replaced_namespace")));
    }
}
