using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Store;

/// <summary>The leases of an IP after a position, newest first. Empty leases are left out: nobody held the IP.</summary>
internal static class HistoryStatement
{
    // Few pods begin a lease of one IP at the same moment, so the table's index is read from the position on, and its rows are hardly sorted.
    public const string Sql = $"""
        SELECT asked.ip AS pod_ip, lease.*
        FROM (SELECT @pod_ip AS ip) AS asked
        CROSS JOIN LATERAL (SELECT * FROM ({Holders.Leases}) AS held WHERE valid_from <= @valid_from) AS lease
        WHERE (valid_from, pod_name, coalesce(pod_namespace, '')) < (@valid_from, @pod_name, @pod_namespace)
        ORDER BY valid_from DESC, pod_name DESC, coalesce(pod_namespace, '') DESC
        LIMIT @limit
        """;

    /// <param name="ip">The IP.</param>
    /// <param name="limit">The maximum number of leases.</param>
    /// <param name="after">The last lease of the page before; null starts with the newest.</param>
    public static Statement<PodLease> For(string ip, int limit, LeasePosition? after) => new(
        Sql,
        [
            SqlParameters.One("pod_ip", NpgsqlDbType.Text, ip),
            SqlParameters.One("valid_from", NpgsqlDbType.Timestamp, after?.ValidFrom ?? DateTime.MaxValue),
            SqlParameters.One("pod_name", NpgsqlDbType.Text, after?.Name ?? ""),
            SqlParameters.One("pod_namespace", NpgsqlDbType.Text, after?.Namespace ?? ""),
            SqlParameters.One("limit", NpgsqlDbType.Integer, limit),
        ],
        Read);

    private static PodLease Read(NpgsqlDataReader row) => new()
    {
        Name = row.Text("pod_name")!,
        Namespace = row.Text("pod_namespace"),
        Ip = row.Text("pod_ip")!,
        NodeName = row.Text("node_name")!,
        Identity = row.Text("pod_identity"),
        SelectorLabels = row.Json("workload_selector_labels"),
        HostNetwork = row.Value<bool>("host_network"),
        ValidFrom = row.Value<DateTime>("valid_from"),
        ValidTo = row.IsDBNull(row.GetOrdinal("valid_to")) ? null : row.Value<DateTime>("valid_to"),
    };
}
