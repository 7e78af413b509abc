using Npgsql;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure.Store;

/// <summary>The parts that the lookups of an IP share. Their SQL expects the IP in a column <c>ip</c> of an outer query.</summary>
internal static class Holders
{
    /// <summary>The pods whose row holds the IP, with how many of them are live and how many there are.</summary>
    public const string Columns =
        $"{RowReader.PodColumns}, posted_at, count(*) FILTER (WHERE NOT ip_released) OVER () AS live, count(*) OVER () AS stored";

    /// <summary>The ranking of the pods with an IP (see <see cref="IPodStore.FindByIpAsync"/>).</summary>
    public const string BestFirst = "ORDER BY ip_released, host_network, time_stamp DESC, pod_name";

    /// <summary>The live pods with the IP whose row was taken by a namesake: only their leases are left. A null namespace is unknown, and so not
    /// a different one.</summary>
    public const string Displaced = """
        SELECT
            pod_name, pod_namespace, ip AS pod_ip, node_name, false AS is_dead, pod_identity, workload_selector_labels,
            valid_from AS time_stamp, NULL::jsonb AS pod_obj, displaced_posted_at AS posted_at, false AS ip_released, host_network
        FROM pod_ip_leases AS lease
        WHERE pod_ip = ip::inet AND valid_to IS NULL AND displaced_posted_at IS NOT NULL AND EXISTS (
            SELECT FROM pod_details AS taken WHERE taken.pod_name = lease.pod_name AND taken.pod_namespace <> lease.pod_namespace)
        """;

    /// <summary>The answer of a row with a pod and the columns <c>live_count</c>, <c>stored_count</c> and <c>is_stale</c>.</summary>
    public static IpAnswer ReadNow(NpgsqlDataReader row) =>
        IpAnswer.Now(RowReader.ReadPod(row), row.Value<int>("live_count"), row.Value<int>("stored_count"), row.Value<bool>("is_stale"));
}
