using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>Pods in PostgreSQL.</summary>
internal sealed class PodStore(PodStatements statements, IOptions<DatabaseOptions> options) : IPodStore
{
    // The replaced row is the one this statement's snapshot sees: of writes at the same moment each may name the same one. That is
    // good enough to count with, and takes no lock.
    private const string Upsert = """
        WITH replaced AS (
            SELECT * FROM pod_details WHERE pod_name = @pod_name
        ), stored AS (
            INSERT INTO pod_details (pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels, pod_obj, time_stamp, died_at)
            VALUES (@pod_name, @pod_namespace, @pod_ip, @node_name, @is_dead, @pod_identity, @workload_selector_labels, @pod_obj, @time_stamp,
                CASE WHEN @is_dead THEN now() END)
            ON CONFLICT (pod_name) DO UPDATE SET
                pod_namespace = excluded.pod_namespace,
                pod_ip = excluded.pod_ip,
                node_name = excluded.node_name,
                is_dead = excluded.is_dead,
                pod_identity = excluded.pod_identity,
                workload_selector_labels = excluded.workload_selector_labels,
                pod_obj = excluded.pod_obj,
                time_stamp = excluded.time_stamp,
                died_at = CASE WHEN excluded.is_dead THEN coalesce(pod_details.died_at, now()) END
            RETURNING *
        )
        SELECT
            stored.pod_name, stored.pod_namespace, stored.pod_ip, stored.node_name, stored.is_dead, stored.pod_identity,
            stored.workload_selector_labels, stored.pod_obj, stored.time_stamp,
            replaced.pod_name IS NULL,
            (stored.pod_namespace, stored.pod_ip, stored.node_name, stored.is_dead, stored.pod_identity, stored.workload_selector_labels, stored.pod_obj)
                IS NOT DISTINCT FROM (replaced.pod_namespace, replaced.pod_ip, replaced.node_name, replaced.is_dead, replaced.pod_identity,
                    replaced.workload_selector_labels, replaced.pod_obj),
            NOT coalesce(replaced.is_dead, true),
            replaced.pod_namespace
        FROM stored LEFT JOIN replaced ON true
        """;

    /// <summary>The pod of a name, the primary key, so that there is never a second row to rank; the query of <see cref="FindByNameAsync"/>.</summary>
    internal const string SelectByName = $"SELECT {PodReader.Columns} FROM pod_details WHERE pod_name = @pod_name";

    /// <summary>The pod that an IP stands for; the query of <see cref="FindByIpAsync"/>.</summary>
    internal const string SelectByIp = $"""
        SELECT {PodReader.Columns} FROM pod_details WHERE pod_ip = @pod_ip
        ORDER BY ip_released, host_network, time_stamp DESC, pod_name LIMIT 1
        """;

    /// <summary>All pods; the query of <see cref="StreamAllAsync"/>.</summary>
    internal const string SelectAll = $"SELECT {PodReader.Columns} FROM pod_details ORDER BY pod_namespace, pod_name";

    /// <summary>A node's live pods; the query of <see cref="StreamLiveByNodeAsync"/>.</summary>
    internal const string SelectLiveByNode =
        $"SELECT {PodReader.Columns} FROM pod_details WHERE node_name = @node_name AND NOT is_dead ORDER BY pod_namespace, pod_name";

    // Of both counts an index alone can tell; one statement, so that they agree.
    private const string Count = """
        SELECT live, total - live AS dead
        FROM (SELECT count(*) AS live FROM pod_details WHERE NOT is_dead) AS those_live, (SELECT count(*) AS total FROM pod_details) AS those_stored
        """;

    private static readonly TimeSpan CountLimit = TimeSpan.FromSeconds(10);

    public async Task<UpsertedPod> UpsertAsync(Pod pod, CancellationToken cancellationToken) =>
        (await statements.Writes.ReadFirstAsync(
            options.Value.WriteTimeout,
            Upsert,
            [
                Parameter("pod_name", NpgsqlDbType.Text, pod.Name),
                Parameter("pod_namespace", NpgsqlDbType.Text, pod.Namespace),
                Parameter("pod_ip", NpgsqlDbType.Text, pod.Ip),
                Parameter("node_name", NpgsqlDbType.Text, pod.NodeName),
                Parameter("is_dead", NpgsqlDbType.Boolean, pod.IsDead),
                Parameter("pod_identity", NpgsqlDbType.Text, pod.Identity),
                Parameter("workload_selector_labels", NpgsqlDbType.Jsonb, pod.SelectorLabels?.Utf8),
                Parameter("pod_obj", NpgsqlDbType.Jsonb, pod.Manifest?.Utf8),
                Parameter("time_stamp", NpgsqlDbType.Timestamp, pod.TimeStamp),
            ],
            PodReader.ReadUpserted,
            cancellationToken))!;

    public async Task<PodCount> CountAsync(CancellationToken cancellationToken) =>
        (await statements.Upkeep.ReadFirstAsync(CountLimit, Count, [], row => new PodCount(row.GetInt64(0), row.GetInt64(1)), cancellationToken))!;

    public Task<int> MarkDeadAsync(string name, string? ip, CancellationToken cancellationToken) =>
        statements.Writes.RunAsync(
            options.Value.WriteTimeout,
            context => context.Pods
                .Where(pod => pod.Name == name && (ip == null || pod.Ip == ip))
                .ExecuteUpdateAsync(
                    update => update
                        .SetProperty(pod => pod.IsDead, true)
                        .SetProperty(pod => EF.Property<DateTime?>(pod, PodConfiguration.DiedAt), pod => EF.Property<DateTime?>(pod, PodConfiguration.DiedAt) ?? DateTime.UtcNow), // the server's now()
                    CancellationToken.None),
            cancellationToken);

    public Task<Pod?> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        statements.Lookups.ReadFirstAsync(options.Value.LookupTimeout, SelectByName, [Parameter("pod_name", NpgsqlDbType.Text, name)], PodReader.Read, cancellationToken);

    public Task<Pod?> FindByIpAsync(string ip, CancellationToken cancellationToken) =>
        statements.Lookups.ReadFirstAsync(options.Value.LookupTimeout, SelectByIp, [Parameter("pod_ip", NpgsqlDbType.Text, ip)], PodReader.Read, cancellationToken);

    public IAsyncEnumerable<Pod> StreamAllAsync() =>
        statements.Listings.StreamAsync(options.Value.ListingTimeout, SelectAll, [], PodReader.Read);

    public IAsyncEnumerable<Pod> StreamLiveByNodeAsync(string nodeName) =>
        statements.Listings.StreamAsync(options.Value.ListingTimeout, SelectLiveByNode, [Parameter("node_name", NpgsqlDbType.Text, nodeName)], PodReader.Read);

    private static NpgsqlParameter Parameter(string name, NpgsqlDbType type, object? value) =>
        new(name, type) { Value = value ?? DBNull.Value };
}
