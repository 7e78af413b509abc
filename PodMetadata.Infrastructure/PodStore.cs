using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>Pods in PostgreSQL.</summary>
internal sealed class PodStore(PodMetadataDbContext context) : IPodStore
{
    // The replaced row is the one this statement's snapshot sees: of writes at the same moment each may name the same one. That is
    // good enough to count with, and takes no lock.
    private const string Upsert = """
        WITH replaced AS (
            SELECT * FROM pod_details WHERE pod_name = @pod_name
        ), stored AS (
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
        )
        SELECT
            stored.pod_name AS name,
            stored.pod_namespace AS namespace,
            stored.pod_ip AS ip,
            stored.node_name AS nodename,
            stored.is_dead AS isdead,
            stored.pod_identity AS identity,
            stored.workload_selector_labels AS selectorlabels,
            stored.pod_obj AS manifest,
            stored.time_stamp AS timestamp,
            replaced.pod_name IS NULL AS isnew,
            (stored.pod_namespace, stored.pod_ip, stored.node_name, stored.is_dead, stored.pod_identity, stored.workload_selector_labels, stored.pod_obj)
                IS NOT DISTINCT FROM (replaced.pod_namespace, replaced.pod_ip, replaced.node_name, replaced.is_dead, replaced.pod_identity,
                    replaced.workload_selector_labels, replaced.pod_obj) AS issame,
            NOT coalesce(replaced.is_dead, true) AS replacedlive,
            replaced.pod_namespace AS replacednamespace
        FROM stored LEFT JOIN replaced ON true
        """;

    // Of both counts an index alone can tell; one statement, so that they agree.
    private const string Count = """
        SELECT live, total - live AS dead
        FROM (SELECT count(*) AS live FROM pod_details WHERE NOT is_dead) AS those_live, (SELECT count(*) AS total FROM pod_details) AS those_stored
        """;

    public async Task<UpsertedPod> UpsertAsync(Pod pod, CancellationToken cancellationToken)
    {
        List<UpsertedRow> rows = await context.Database.SqlQueryRaw<UpsertedRow>(
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
            .ToListAsync(cancellationToken);
        return rows.Single().ToUpsertedPod();
    }

    public async Task<PodCount> CountAsync(CancellationToken cancellationToken) =>
        (await context.Database.SqlQueryRaw<PodCount>(Count).ToListAsync(cancellationToken)).Single();

    public Task<int> MarkDeadAsync(string name, string? ip, CancellationToken cancellationToken) =>
        context.Pods
            .Where(pod => pod.Name == name && (ip == null || pod.Ip == ip))
            .ExecuteUpdateAsync(update => update.SetProperty(pod => pod.IsDead, true), cancellationToken);

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
