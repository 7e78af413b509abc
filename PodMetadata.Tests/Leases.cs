namespace PodMetadata.Tests;

/// <summary>The leases in the database.</summary>
internal static class Leases
{
    /// <summary>All of them, wherever they are, in the columns pod_name, pod_namespace, pod_ip, node_name, valid_from and valid_to. Ends without a
    /// known beginning are no leases.</summary>
    public const string All = """
        (SELECT pod_name, pod_namespace, pod_ip, node_name, valid_from, valid_to FROM pod_ip_leases WHERE NOT is_end
        UNION ALL SELECT pod_name, pod_namespace, pod_ip, node_name, lease_from, lease_to FROM pod_details WHERE lease_from IS NOT NULL
        UNION ALL SELECT pod_name, pod_namespace, pod_ip, node_name, lease_from, lease_to FROM pod_namesakes WHERE lease_from IS NOT NULL)
        """;

    /// <summary>How many pairs of leases of one pod overlap.</summary>
    public const string CountOverlaps = $"""
        WITH leases AS (SELECT row_number() OVER () AS number, * FROM {All} AS lease)
        SELECT count(*) FROM leases AS one JOIN leases AS other
            ON one.number < other.number AND one.pod_name = other.pod_name AND one.pod_namespace IS NOT DISTINCT FROM other.pod_namespace
                AND tsrange(one.valid_from, one.valid_to) && tsrange(other.valid_from, other.valid_to)
        """;
}
