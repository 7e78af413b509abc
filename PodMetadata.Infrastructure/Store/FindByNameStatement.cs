using NpgsqlTypes;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Store;

/// <summary>The pods of several names. The name is the primary key, so each name has at most one.</summary>
internal static class FindByNameStatement
{
    public const string Sql = $"SELECT {RowReader.PodColumns} FROM pod_details WHERE pod_name = ANY (@pod_name)";

    public static Statement<Pod> For(IEnumerable<string> names) =>
        new(Sql, [SqlParameters.Many("pod_name", NpgsqlDbType.Text, names.Distinct().ToArray())], RowReader.ReadPod);
}
