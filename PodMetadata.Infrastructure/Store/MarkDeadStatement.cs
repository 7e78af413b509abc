using NpgsqlTypes;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Store;

/// <summary>Marks the pods of several names dead and ends their leases at the database's clock: a row for each name that matched. With an IP, only
/// a pod with that IP is marked, in whatever namespace. A pod that is dead already matches, and is not written.</summary>
internal static class MarkDeadStatement
{
    // time_stamp stays, so the triggers do not run. What there is outside the row, an open lease or a namesake, is rare, and left to a function.
    public const string Sql = """
        WITH asked AS (SELECT * FROM unnest(@pod_name, @pod_ip) AS asked (name, ip)
        ), found AS (
            SELECT pod_name, pod_namespace FROM asked JOIN pod_details ON pod_name = name AND (ip IS NULL OR pod_ip = ip)
        ), marked AS (
            UPDATE pod_details SET
                is_dead = true, died_at = clock_timestamp(),
                lease_to = CASE WHEN lease_from IS NOT NULL THEN coalesce(lease_to, greatest(lease_from, clock_timestamp() AT TIME ZONE 'UTC')) END,
                lease_ended_by_mark = ip IS NOT NULL AND lease_from IS NOT NULL AND lease_to IS NULL
            FROM asked WHERE pod_name = name AND (ip IS NULL OR pod_ip = ip) AND NOT is_dead
            RETURNING pod_name
        ), elsewhere AS (
            SELECT name, pod_mark_dead_elsewhere(name, ip, pod_namespace, pod_name IS NOT NULL) AS is_found
            FROM asked LEFT JOIN found ON pod_name = name
            WHERE (SELECT true FROM pod_ip_leases AS lease WHERE lease.pod_name = name AND valid_to IS NULL LIMIT 1)
                OR (SELECT true FROM pod_namesakes AS namesake WHERE namesake.pod_name = name AND namesake.pod_ip = ip LIMIT 1)
        )
        SELECT pod_name FROM found UNION SELECT pod_name FROM marked UNION SELECT name FROM elsewhere WHERE is_found
        """;

    /// <param name="marks">The marks, ordered by name.</param>
    public static Statement<string> For(IReadOnlyList<(string Name, string? Ip)> marks) => new(
        Sql,
        [
            SqlParameters.Many("pod_name", NpgsqlDbType.Text, marks.Select(mark => mark.Name).ToArray()),
            SqlParameters.Many("pod_ip", NpgsqlDbType.Text, marks.Select(mark => mark.Ip).ToArray()),
        ],
        row => row.Text("pod_name")!);
}
