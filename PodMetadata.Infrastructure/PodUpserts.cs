using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>Stores several pods of different names with one statement each time: atomic for each pod, durable when it returns.</summary>
/// <remarks>What is stored is what was posted: its texts are in their canonical forms, and its JSON is spelled as jsonb spells it.</remarks>
internal sealed class PodUpserts(StatementRunner statements, TimeSpan limit)
{
    /// <summary>Gives those that are stored just so their new time stamp.</summary>
    /// <returns>Of each whether it was one of them, in their order.</returns>
    public async Task<bool[]> TouchAsync(PostedPod[] posts)
    {
        List<string> touched = await statements.ReadAllAsync(limit, PodSql.Touch, Parameters(InOrder(posts)), row => row.GetString(0), CancellationToken.None);
        HashSet<string> names = [.. touched];
        return Array.ConvertAll(posts, post => names.Contains(post.Pod.Name));
    }

    /// <summary>Puts each in the place of the one with its name.</summary>
    /// <returns>Each as it is stored, in their order.</returns>
    public async Task<UpsertedPod[]> StoreAsync(PostedPod[] posts)
    {
        Dictionary<string, Pod> posted = posts.ToDictionary(post => post.Pod.Name, post => post.Pod);
        PostedPod[] inOrder = InOrder(posts);
        NpgsqlParameter manifests = Parameter("pod_obj", NpgsqlDbType.Jsonb, Array.ConvertAll(inOrder, post => post.Pod.Manifest?.Utf8));
        List<UpsertedPod> stored = await statements.ReadAllAsync(
            limit, PodSql.Upsert, [.. Parameters(inOrder), manifests], row => PodReader.ReadUpserted(row, posted), CancellationToken.None);
        Dictionary<string, UpsertedPod> byName = stored.ToDictionary(upserted => upserted.Pod.Name);
        return Array.ConvertAll(posts, post => byName[post.Pod.Name]);
    }

    // One order everywhere, so that statements that share names wait for each other and not in a circle.
    private static PostedPod[] InOrder(PostedPod[] posts) => [.. posts.OrderBy(post => post.Pod.Name, StringComparer.Ordinal)];

    private static NpgsqlParameter[] Parameters(PostedPod[] posts) =>
    [
        Parameter("pod_name", NpgsqlDbType.Text, Array.ConvertAll(posts, post => post.Pod.Name)),
        Parameter("pod_namespace", NpgsqlDbType.Text, Array.ConvertAll(posts, post => post.Pod.Namespace)),
        Parameter("pod_ip", NpgsqlDbType.Text, Array.ConvertAll(posts, post => post.Pod.Ip)),
        Parameter("node_name", NpgsqlDbType.Text, Array.ConvertAll(posts, post => post.Pod.NodeName)),
        Parameter("is_dead", NpgsqlDbType.Boolean, Array.ConvertAll(posts, post => post.Pod.IsDead)),
        Parameter("pod_identity", NpgsqlDbType.Text, Array.ConvertAll(posts, post => post.Pod.Identity)),
        Parameter("workload_selector_labels", NpgsqlDbType.Jsonb, Array.ConvertAll(posts, post => post.Pod.SelectorLabels?.Utf8)),
        Parameter("pod_obj_digest", NpgsqlDbType.Bytea, Array.ConvertAll(posts, post => post.Digest)),
        Parameter("time_stamp", NpgsqlDbType.Timestamp, Array.ConvertAll(posts, post => post.Pod.TimeStamp)),
    ];

    private static NpgsqlParameter Parameter(string name, NpgsqlDbType type, Array values) => new(name, NpgsqlDbType.Array | type) { Value = values };
}
