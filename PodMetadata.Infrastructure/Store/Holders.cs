using Npgsql;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure.Store;

/// <summary>The parts that the lookups of an IP share. Their SQL expects the IP in a column <c>ip</c> of an outer query.</summary>
internal static class Holders
{
    /// <summary>The pod that ranks first of those whose record has the IP (see <see cref="IPodStore.FindByIpAsync"/>), with how many of them are
    /// live and how many there are.</summary>
    public const string First = $"""
        SELECT {RowReader.PodColumns}, posted_at, count(*) FILTER (WHERE NOT ip_released) OVER () AS live, count(*) OVER () AS stored
        FROM (
            SELECT {Columns} FROM pod_details WHERE pod_ip = ip
            UNION ALL SELECT {Columns} FROM pod_namesakes WHERE pod_ip = ip) AS holders
        ORDER BY ip_released, host_network, time_stamp DESC, pod_name, pod_namespace LIMIT 1
        """;

    /// <summary>When the record of <see cref="First"/> was last known to be true: when it was posted, or when the watch of the cluster last vouched
    /// for all records.</summary>
    public const string KnownAt = "greatest(posted_at, (SELECT max(seen_at) FROM cluster_watch))";

    /// <summary>The leases of the IP: those that are over, and the newest of each pod.</summary>
    public const string Leases = $"""
        SELECT pod_name, pod_namespace, node_name, pod_identity, workload_selector_labels, host_network, valid_from, valid_to
        FROM pod_ip_leases WHERE pod_ip = ip AND valid_to IS DISTINCT FROM valid_from
        UNION ALL SELECT {LeaseColumns} FROM pod_details WHERE pod_ip = ip AND lease_to IS DISTINCT FROM lease_from
        UNION ALL SELECT {LeaseColumns} FROM pod_namesakes WHERE pod_ip = ip AND lease_to IS DISTINCT FROM lease_from
        """;

    /// <summary>The stored pods, live ones whose row a namesake has taken included.</summary>
    public const string Stored = """
        SELECT pod_name, pod_namespace, pod_ip, node_name, time_stamp, pod_obj FROM pod_details
        UNION ALL SELECT pod_name, pod_namespace, pod_ip, node_name, time_stamp, pod_obj FROM pod_namesakes
        """;

    private const string Columns = $"{RowReader.PodColumns}, posted_at, ip_released, host_network";

    private const string LeaseColumns = """
        pod_name, pod_namespace, node_name,
        CASE WHEN lease_began_as IS NULL THEN pod_identity ELSE lease_began_as ->> 'pod_identity' END,
        CASE WHEN lease_began_as IS NULL THEN workload_selector_labels ELSE nullif(lease_began_as -> 'workload_selector_labels', 'null') END,
        CASE WHEN lease_began_as IS NULL THEN host_network ELSE (lease_began_as ->> 'host_network')::boolean END,
        lease_from, lease_to
        """;

    /// <summary>The answer of a row with a pod and the columns <c>live_count</c>, <c>stored_count</c> and <c>is_stale</c>.</summary>
    public static IpAnswer ReadNow(NpgsqlDataReader row) =>
        IpAnswer.Now(RowReader.ReadPod(row), row.Value<int>("live_count"), row.Value<int>("stored_count"), row.Value<bool>("is_stale"));
}
