using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Store;

/// <summary>The pods that several IPs belong to now, or belonged to at a moment: a row for each question that has an answer.</summary>
internal static class ResolveStatement
{
    // The conditions on leases are those of the index ix_pod_ip_leases_ip.
    public const string Sql = $"""
        SELECT {RowReader.PodColumns}, live_count, stored_count, is_stale, covering_count, near_count, number
        FROM unnest(@pod_ip, @valid_at) WITH ORDINALITY AS asked (ip, moment, number)
        CROSS JOIN LATERAL (
            SELECT
                pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels, time_stamp,
                CASE WHEN @with_manifest THEN pod_obj END AS pod_obj, live::int AS live_count, stored::int AS stored_count,
                {Holders.KnownAt} < now() - @stale_after AS is_stale, NULL::int AS covering_count, NULL::int AS near_count
            FROM ({Holders.First}) AS holder
            WHERE moment IS NULL
            UNION ALL
            SELECT
                past.pod_name, past.pod_namespace, ip, past.node_name, past.valid_to IS NOT NULL, past.pod_identity, past.workload_selector_labels,
                past.valid_from, stored.pod_obj, NULL, NULL, NULL, covering::int, near::int
            FROM (
                SELECT *, count(*) FILTER (WHERE covers) OVER () AS covering, count(*) OVER () AS near
                FROM (
                    SELECT *, valid_from <= moment AND (valid_to IS NULL OR valid_to > moment) AS covers FROM ({Holders.Leases}) AS lease
                    WHERE coalesce(valid_to, 'infinity') >= moment - @clock_skew AND valid_from <= moment + @clock_skew) AS lease
                ORDER BY covers DESC, host_network, valid_from DESC, pod_namespace, pod_name LIMIT 1) AS past
            LEFT JOIN ({Holders.Stored}) AS stored ON @with_manifest
                AND stored.pod_name = past.pod_name AND stored.pod_namespace IS NOT DISTINCT FROM past.pod_namespace
                AND stored.pod_ip = ip AND stored.node_name = past.node_name
                AND stored.time_stamp >= past.valid_from AND (past.valid_to IS NULL OR stored.time_stamp <= past.valid_to)
            WHERE moment IS NOT NULL) AS found
        """;

    /// <summary>The statement, whose rows are the index of a question and its answer.</summary>
    public static Statement<(int Question, IpAnswer Answer)> For(IReadOnlyList<IpQuestion> questions, bool withManifest, ResolutionOptions resolution) => new(
        Sql,
        [
            SqlParameters.Many("pod_ip", NpgsqlDbType.Text, questions.Select(question => question.Ip).ToArray()),
            SqlParameters.Many("valid_at", NpgsqlDbType.Timestamp, questions.Select(question => question.At).ToArray()),
            SqlParameters.One("with_manifest", NpgsqlDbType.Boolean, withManifest),
            SqlParameters.One("stale_after", NpgsqlDbType.Interval, resolution.StaleAfter),
            SqlParameters.One("clock_skew", NpgsqlDbType.Interval, resolution.ClockSkew),
        ],
        row =>
        {
            int question = (int)row.Value<long>("number") - 1;
            return (question, questions[question].At is null ? Holders.ReadNow(row) : ReadThen(row));
        });

    private static IpAnswer ReadThen(NpgsqlDataReader row) =>
        IpAnswer.Then(RowReader.ReadPod(row), row.Value<int>("covering_count"), row.Value<int>("near_count"));
}
