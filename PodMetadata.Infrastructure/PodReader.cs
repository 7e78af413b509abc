using Npgsql;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>Reads pods from rows.</summary>
internal static class PodReader
{
    /// <summary>The columns, in the order <see cref="Read"/> takes them.</summary>
    public const string Columns =
        "pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels, pod_obj, time_stamp";

    /// <summary>The pod of the current row.</summary>
    public static Pod Read(NpgsqlDataReader row) => new()
    {
        Name = row.GetString(0),
        Namespace = Text(row, 1),
        Ip = row.GetString(2),
        NodeName = row.GetString(3),
        IsDead = row.GetBoolean(4),
        Identity = Text(row, 5),
        SelectorLabels = Json(row, 6),
        Manifest = Json(row, 7),
        TimeStamp = row.GetDateTime(8),
    };

    /// <summary>Which of the posted pods the upsert statement stored, and what it replaced: whether nothing, whether it was live, and its
    /// namespace.</summary>
    public static UpsertedPod ReadUpserted(NpgsqlDataReader row, IReadOnlyDictionary<string, Pod> posted) =>
        new(posted[row.GetString(0)], row.GetBoolean(1) ? UpsertOutcome.Inserted : UpsertOutcome.Replaced, row.GetBoolean(2), Text(row, 3));

    /// <summary>The pod of a listing, and the namespace and name of <see cref="ListedPod.Next"/>.</summary>
    public static ListedPod ReadListed(NpgsqlDataReader row) => new(Read(row), row.IsDBNull(10) ? null : new PodPosition(Text(row, 9), row.GetString(10)));

    /// <summary>The lease of the current row.</summary>
    public static PodLease ReadLease(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Name = row.GetString(1),
        Namespace = Text(row, 2),
        Ip = PodAddress.Parse(row.GetString(3)),
        NodeName = row.GetString(4),
        Identity = Text(row, 5),
        SelectorLabels = Json(row, 6),
        HostNetwork = row.GetBoolean(7),
        ValidFrom = row.GetDateTime(8),
        ValidTo = row.IsDBNull(9) ? null : row.GetDateTime(9),
    };

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static JsonText? Json(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : JsonText.Stored(row.GetFieldValue<byte[]>(column));
}
