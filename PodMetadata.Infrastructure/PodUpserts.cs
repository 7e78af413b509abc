using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>Stores several pods with one or two statements.</summary>
internal sealed class PodUpserts(StatementRunner statements, TimeSpan limit)
{
    /// <summary>Stores pods of different names, each in the place of the one with its name; atomic for each, durable when it returns.</summary>
    /// <returns>The pods as stored, in their order.</returns>
    public async Task<UpsertedPod[]> StoreAsync(Pod[] pods)
    {
        // In one order everywhere, so that statements that share names wait for each other and not in a circle.
        Dictionary<string, UpsertedPod> stored = await StoreInOrderAsync([.. pods.OrderBy(pod => pod.Name, StringComparer.Ordinal)]);
        return Array.ConvertAll(pods, pod => stored[pod.Name]);
    }

    // What is stored is what was posted: its texts are in their canonical forms, and its JSON is spelled as jsonb spells it.
    private async Task<Dictionary<string, UpsertedPod>> StoreInOrderAsync(Pod[] pods)
    {
        Dictionary<string, Pod> posted = pods.ToDictionary(pod => pod.Name);
        byte[]?[] digests = Array.ConvertAll(pods, pod => pod.Manifest is { } manifest ? SHA256.HashData(manifest.Utf8.Span) : null);
        List<string> touched = await statements.ReadAllAsync(limit, PodSql.Touch, Parameters(pods, digests), row => row.GetString(0), CancellationToken.None);
        Dictionary<string, UpsertedPod> stored = touched.ToDictionary(name => name, name => new UpsertedPod(posted[name], UpsertOutcome.Unchanged));
        if (stored.Count < pods.Length)
        {
            int[] rest = [.. Enumerable.Range(0, pods.Length).Where(i => !stored.ContainsKey(pods[i].Name))];
            pods = Array.ConvertAll(rest, i => pods[i]);
            digests = Array.ConvertAll(rest, i => digests[i]);
            NpgsqlParameter manifests = Parameter("pod_obj", NpgsqlDbType.Jsonb, Array.ConvertAll(pods, pod => pod.Manifest?.Utf8));
            foreach (UpsertedPod pod in await statements.ReadAllAsync(
                limit, PodSql.Upsert, [.. Parameters(pods, digests), manifests], row => PodReader.ReadUpserted(row, posted), CancellationToken.None))
            {
                stored.Add(pod.Pod.Name, pod);
            }
        }

        return stored;
    }

    private static NpgsqlParameter[] Parameters(Pod[] pods, byte[]?[] digests) =>
    [
        Parameter("pod_name", NpgsqlDbType.Text, Array.ConvertAll(pods, pod => pod.Name)),
        Parameter("pod_namespace", NpgsqlDbType.Text, Array.ConvertAll(pods, pod => pod.Namespace)),
        Parameter("pod_ip", NpgsqlDbType.Text, Array.ConvertAll(pods, pod => pod.Ip)),
        Parameter("node_name", NpgsqlDbType.Text, Array.ConvertAll(pods, pod => pod.NodeName)),
        Parameter("is_dead", NpgsqlDbType.Boolean, Array.ConvertAll(pods, pod => pod.IsDead)),
        Parameter("pod_identity", NpgsqlDbType.Text, Array.ConvertAll(pods, pod => pod.Identity)),
        Parameter("workload_selector_labels", NpgsqlDbType.Jsonb, Array.ConvertAll(pods, pod => pod.SelectorLabels?.Utf8)),
        Parameter("pod_obj_digest", NpgsqlDbType.Bytea, digests),
        Parameter("time_stamp", NpgsqlDbType.Timestamp, Array.ConvertAll(pods, pod => pod.TimeStamp)),
    ];

    private static NpgsqlParameter Parameter(string name, NpgsqlDbType type, Array values) => new(name, NpgsqlDbType.Array | type) { Value = values };
}
