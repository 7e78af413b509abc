using Npgsql;
using PodMetadata.Domain;
using PodMetadata.Domain.Json;

namespace PodMetadata.Infrastructure.Store;

/// <summary>Reads pods, and single columns by name, from rows.</summary>
internal static class RowReader
{
    /// <summary>The columns that <see cref="ReadPod"/> reads, but for the manifest.</summary>
    private const string Columns = "pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels, time_stamp";

    /// <summary>The columns that <see cref="ReadPod"/> reads.</summary>
    public const string PodColumns = $"{Columns}, pod_obj";

    /// <summary>The same columns, with null for the manifest.</summary>
    public const string PodColumnsWithoutManifest = $"{Columns}, NULL::jsonb AS pod_obj";

    /// <summary>The pod of the current row.</summary>
    public static Pod ReadPod(NpgsqlDataReader row) => new()
    {
        Name = row.Text("pod_name")!,
        Namespace = row.Text("pod_namespace"),
        Ip = row.Text("pod_ip")!,
        NodeName = row.Text("node_name")!,
        IsDead = row.Value<bool>("is_dead"),
        Identity = row.Text("pod_identity"),
        SelectorLabels = row.Json("workload_selector_labels"),
        Manifest = row.Json("pod_obj"),
        TimeStamp = row.Value<DateTime>("time_stamp"),
    };

    /// <summary>A column of a type that is never null.</summary>
    public static T Value<T>(this NpgsqlDataReader row, string column) => row.GetFieldValue<T>(row.GetOrdinal(column));

    /// <summary>Whether a column is true; false for null.</summary>
    public static bool IsTrue(this NpgsqlDataReader row, string column)
    {
        int ordinal = row.GetOrdinal(column);
        return !row.IsDBNull(ordinal) && row.GetBoolean(ordinal);
    }

    /// <summary>A text column, or null.</summary>
    public static string? Text(this NpgsqlDataReader row, string column)
    {
        int ordinal = row.GetOrdinal(column);
        return row.IsDBNull(ordinal) ? null : row.GetString(ordinal);
    }

    /// <summary>A JSON column, or null.</summary>
    public static JsonText? Json(this NpgsqlDataReader row, string column)
    {
        int ordinal = row.GetOrdinal(column);
        return row.IsDBNull(ordinal) ? null : JsonText.Stored(row.GetFieldValue<byte[]>(ordinal));
    }
}
