using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>Pods in PostgreSQL.</summary>
internal sealed class PodStore(StatementRunner statements, IOptions<DatabaseOptions> options) : IPodStore
{
    private const string Upsert = """
        INSERT INTO pod_details (pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels, pod_obj, time_stamp)
        VALUES (@pod_name, @pod_namespace, @pod_ip, @node_name, @is_dead, @pod_identity, @workload_selector_labels, @pod_obj, @time_stamp)
        ON CONFLICT (pod_name) DO UPDATE SET
            pod_namespace = excluded.pod_namespace,
            pod_ip = excluded.pod_ip,
            node_name = excluded.node_name,
            is_dead = excluded.is_dead,
            pod_identity = excluded.pod_identity,
            workload_selector_labels = excluded.workload_selector_labels,
            pod_obj = excluded.pod_obj,
            time_stamp = excluded.time_stamp
        RETURNING *
        """;

    /// <summary>All pods; the query of <see cref="StreamAllAsync"/>.</summary>
    internal const string SelectAll = $"SELECT {PodReader.Columns} FROM pod_details ORDER BY pod_namespace, pod_name";

    /// <summary>A node's live pods; the query of <see cref="StreamLiveByNodeAsync"/>.</summary>
    internal const string SelectLiveByNode =
        $"SELECT {PodReader.Columns} FROM pod_details WHERE node_name = @node_name AND NOT is_dead ORDER BY pod_namespace, pod_name";

    public Task<Pod> UpsertAsync(Pod pod, CancellationToken cancellationToken) =>
        statements.RunAsync(
            options.Value.WriteTimeout,
            async context =>
            {
                List<Pod> stored = await context.Pods.FromSqlRaw(
                    Upsert,
                    Parameter("pod_name", NpgsqlDbType.Text, pod.Name),
                    Parameter("pod_namespace", NpgsqlDbType.Text, pod.Namespace),
                    Parameter("pod_ip", NpgsqlDbType.Text, pod.Ip),
                    Parameter("node_name", NpgsqlDbType.Text, pod.NodeName),
                    Parameter("is_dead", NpgsqlDbType.Boolean, pod.IsDead),
                    Parameter("pod_identity", NpgsqlDbType.Text, pod.Identity),
                    Parameter("workload_selector_labels", NpgsqlDbType.Jsonb, pod.SelectorLabels?.Utf8),
                    Parameter("pod_obj", NpgsqlDbType.Jsonb, pod.Manifest?.Utf8),
                    Parameter("time_stamp", NpgsqlDbType.Timestamp, pod.TimeStamp))
                    .AsNoTracking()
                    .ToListAsync(CancellationToken.None);
                return stored.Single();
            },
            cancellationToken);

    public Task<int> MarkDeadAsync(string name, string? ip, CancellationToken cancellationToken) =>
        statements.RunAsync(
            options.Value.WriteTimeout,
            context => context.Pods
                .Where(pod => pod.Name == name && (ip == null || pod.Ip == ip))
                .ExecuteUpdateAsync(update => update.SetProperty(pod => pod.IsDead, true), CancellationToken.None),
            cancellationToken);

    // The name is the primary key, so there is never a second row to rank.
    public Task<Pod?> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        statements.RunAsync(
            options.Value.LookupTimeout,
            context => context.Pods.AsNoTracking().SingleOrDefaultAsync(pod => pod.Name == name, CancellationToken.None),
            cancellationToken);

    public Task<Pod?> FindByIpAsync(string ip, CancellationToken cancellationToken) =>
        statements.RunAsync(
            options.Value.LookupTimeout,
            context => context.Pods.AsNoTracking()
                .Where(pod => pod.Ip == ip)
                .OrderBy(pod => EF.Property<bool>(pod, PodConfiguration.IpReleased))
                .ThenBy(pod => EF.Property<bool>(pod, PodConfiguration.HostNetwork))
                .ThenByDescending(pod => pod.TimeStamp)
                .ThenBy(pod => pod.Name)
                .FirstOrDefaultAsync(CancellationToken.None),
            cancellationToken);

    public IAsyncEnumerable<Pod> StreamAllAsync() =>
        statements.StreamAsync(options.Value.ListingTimeout, SelectAll, [], PodReader.Read);

    public IAsyncEnumerable<Pod> StreamLiveByNodeAsync(string nodeName) =>
        statements.StreamAsync(options.Value.ListingTimeout, SelectLiveByNode, [Parameter("node_name", NpgsqlDbType.Text, nodeName)], PodReader.Read);

    private static NpgsqlParameter Parameter(string name, NpgsqlDbType type, object? value) =>
        new(name, type) { Value = value ?? DBNull.Value };
}
