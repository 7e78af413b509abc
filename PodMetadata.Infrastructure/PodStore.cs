using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>Pods in PostgreSQL.</summary>
internal sealed class PodStore(PodMetadataDbContext context) : IPodStore
{
    private const string Upsert = """
        INSERT INTO pod_details (pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels, pod_obj, time_stamp, died_at)
        VALUES (@pod_name, @pod_namespace, @pod_ip, @node_name, @is_dead, @pod_identity, @workload_selector_labels, @pod_obj, @time_stamp, CASE WHEN @is_dead THEN now() END)
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
        """;

    public async Task<Pod> UpsertAsync(Pod pod, CancellationToken cancellationToken)
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
            .ToListAsync(cancellationToken);
        return stored.Single();
    }

    public Task<int> MarkDeadAsync(string name, string? ip, CancellationToken cancellationToken) =>
        context.Pods
            .Where(pod => pod.Name == name && (ip == null || pod.Ip == ip))
            .ExecuteUpdateAsync(
                update => update
                    .SetProperty(pod => pod.IsDead, true)
                    .SetProperty(pod => EF.Property<DateTime?>(pod, PodConfiguration.DiedAt), pod => EF.Property<DateTime?>(pod, PodConfiguration.DiedAt) ?? DateTime.UtcNow), // the server's now()
                cancellationToken);

    // The name is the primary key, so there is never a second row to rank.
    public Task<Pod?> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        context.Pods.AsNoTracking().SingleOrDefaultAsync(pod => pod.Name == name, cancellationToken);

    public Task<Pod?> FindByIpAsync(string ip, CancellationToken cancellationToken) =>
        context.Pods.AsNoTracking()
            .Where(pod => pod.Ip == ip)
            .OrderBy(pod => EF.Property<bool>(pod, PodConfiguration.IpReleased))
            .ThenBy(pod => EF.Property<bool>(pod, PodConfiguration.HostNetwork))
            .ThenByDescending(pod => pod.TimeStamp)
            .ThenBy(pod => pod.Name)
            .FirstOrDefaultAsync(cancellationToken);

    public IAsyncEnumerable<Pod> StreamAllAsync() =>
        context.Pods.AsNoTracking()
            .OrderBy(pod => pod.Namespace).ThenBy(pod => pod.Name)
            .AsAsyncEnumerable();

    public IAsyncEnumerable<Pod> StreamLiveByNodeAsync(string nodeName) =>
        context.Pods.AsNoTracking()
            .Where(pod => pod.NodeName == nodeName && !pod.IsDead)
            .OrderBy(pod => pod.Namespace).ThenBy(pod => pod.Name)
            .AsAsyncEnumerable();

    private static NpgsqlParameter Parameter(string name, NpgsqlDbType type, object? value) =>
        new(name, type) { Value = value ?? DBNull.Value };
}
