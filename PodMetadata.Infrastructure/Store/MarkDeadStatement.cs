using NpgsqlTypes;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Store;

/// <summary>Marks the pod of a name dead and ends leases: one row with the number of pods that were marked. With an IP, it ends the leases of
/// that name and IP in every namespace, because a namesake may have taken the pod's row.</summary>
internal static class MarkDeadStatement
{
    public const string Sql = "SELECT pod_mark_dead(@pod_name, @pod_ip) AS marked";

    public static Statement<int> For(string name, string? ip) => new(
        Sql, [SqlParameters.One("pod_name", NpgsqlDbType.Text, name), SqlParameters.One("pod_ip", NpgsqlDbType.Text, ip)], row => row.Value<int>("marked"));
}
