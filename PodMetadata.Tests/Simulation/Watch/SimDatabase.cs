using System.Text;
using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain.Json;
using PodMetadata.Infrastructure.Store;
using PodMetadata.Tests.Kubernetes;

namespace PodMetadata.Tests.Simulation.Watch;

/// <summary>The database of the simulated instances, from beside them.</summary>
internal sealed class SimDatabase(string connectionString)
{
    private const string Watchers = """
        FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted AND application_name LIKE 'instance-%'
            AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND ((classid::bigint << 32) | objid::bigint) = hashtext('pod_metadata watch')
        """;

    // In the order of time, so that no lease overlaps with what another of its pod was.
    private const string MoveSql = """
        SET session_replication_role = replica;
        UPDATE pod_details SET
            time_stamp = time_stamp - time, posted_at = posted_at - time, died_at = died_at - time,
            lease_from = lease_from - time, lease_to = lease_to - time, lease_confirmed_at = lease_confirmed_at - time
        FROM (SELECT interval '{0} s' AS time) AS skipped;
        UPDATE pod_namesakes SET
            time_stamp = time_stamp - time, posted_at = posted_at - time, died_at = died_at - time,
            lease_from = lease_from - time, lease_to = lease_to - time, lease_confirmed_at = lease_confirmed_at - time
        FROM (SELECT interval '{0} s' AS time) AS skipped;
        DO $$ DECLARE lease record; BEGIN
            FOR lease IN SELECT id FROM pod_ip_leases ORDER BY valid_from, valid_to LOOP
                UPDATE pod_ip_leases SET
                    valid_from = valid_from - time, valid_to = valid_to - time, last_confirmed_at = last_confirmed_at - time, last_end_at = last_end_at - time
                FROM (SELECT interval '{0} s' AS time) AS skipped WHERE id = lease.id;
            END LOOP;
        END $$;
        UPDATE cluster_watch SET seen_at = seen_at - interval '{0} s';
        RESET session_replication_role;
        """;

    private const string ReplaceSql = """
        UPDATE {0} AS stored SET pod_obj = moved.manifest, pod_obj_digest = CASE WHEN pod_obj_digest IS NOT NULL THEN moved.digest END
        FROM unnest(@version, @manifest, @digest) AS moved (version, manifest, digest)
        WHERE pod_obj #>> '{metadata,resourceVersion}' = moved.version
        """;

    private const string RecordsSql = """
        WITH expected AS (
            SELECT * FROM unnest(@namespace, @name, @ip, @node, @identity, @selector, @stamp, @manifest)
                AS pod (pod_namespace, pod_name, pod_ip, node_name, pod_identity, workload_selector_labels, time_stamp, pod_obj)
        ), stored AS (
            SELECT pod_namespace, pod_name, pod_ip, node_name, pod_identity, workload_selector_labels, time_stamp, pod_obj FROM pod_details WHERE NOT ip_released
            UNION ALL
            SELECT pod_namespace, pod_name, pod_ip, node_name, pod_identity, workload_selector_labels, time_stamp, pod_obj FROM pod_namesakes WHERE NOT ip_released
        )
        SELECT concat(
            pod_name, ' expected ', row(expected.pod_namespace, expected.pod_name, expected.pod_ip, expected.node_name, expected.pod_identity,
                expected.workload_selector_labels, expected.time_stamp, expected.pod_obj #>> '{metadata,resourceVersion}'),
            ', stored ', row(stored.pod_namespace, stored.pod_name, stored.pod_ip, stored.node_name, stored.pod_identity,
                stored.workload_selector_labels, stored.time_stamp, stored.pod_obj #>> '{metadata,resourceVersion}'))
        FROM expected FULL JOIN stored USING (pod_namespace, pod_name)
        WHERE row(expected.pod_ip, expected.node_name, expected.pod_identity, expected.workload_selector_labels, expected.pod_obj,
                coalesce(expected.time_stamp, stored.time_stamp))
            IS DISTINCT FROM row(stored.pod_ip, stored.node_name, stored.pod_identity, stored.workload_selector_labels, stored.pod_obj, stored.time_stamp)
        """;

    private readonly string connectionString = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "simulation" }.ConnectionString;

    /// <summary>How an instance connects.</summary>
    public string ConnectionStringOf(string instance) => new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = instance }.ConnectionString;

    public async Task<object?> SqlAsync(string sql) => (await QueryAsync(sql)).FirstOrDefault();

    /// <summary>The instance that watches; null while none does.</summary>
    public async Task<string?> WatcherAsync() => ((string?)await SqlAsync($"SELECT application_name {Watchers}"))?.Split(' ')[0];

    /// <summary>Ends the session of the instance that watches.</summary>
    public Task TerminateWatcherAsync() => SqlAsync($"SELECT pg_terminate_backend(pid) {Watchers}");

    /// <summary>Ends all sessions of the instances.</summary>
    public Task TerminateAllAsync() => SqlAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'instance-%' AND datname = current_database()");

    public async Task<bool> IsLiveAsync(string name) => await SqlAsync($"SELECT true FROM pod_details WHERE pod_name = '{name}' AND NOT is_dead") is true;

    /// <summary>Moves all that is stored into the past, while no instance runs.</summary>
    public async Task SkipAsync(TimeSpan time, Dictionary<long, FakeObject> moved)
    {
        await SqlAsync(MoveSql.Replace("{0}", $"{(long)time.TotalSeconds}", StringComparison.Ordinal));
        JsonText[] manifests = [.. moved.Values.Select(pod => JsonText.From(Encoding.UTF8.GetString(pod.ToBytes())))];
        foreach (string table in (string[])["pod_details", "pod_namesakes"])
        {
            await QueryAsync(
                $"SET session_replication_role = replica; {ReplaceSql.Replace("{0}", table, StringComparison.Ordinal)}; RESET session_replication_role",
                Many("version", NpgsqlDbType.Text, moved.Keys.Select(version => $"{version}")),
                Many("manifest", NpgsqlDbType.Jsonb, manifests.Select(manifest => manifest.Utf8.ToArray())),
                Many("digest", NpgsqlDbType.Bytea, manifests.Select(PendingUpsert.DigestOf)));
        }
    }

    /// <summary>How the stored live pods, and the open leases, differ from those of the API server, with the pod's name.</summary>
    public async Task<(string Name, string Difference)[]> DifferencesAsync(FakeApiServer server, IEnumerable<KubePod> pods, SimClock clock)
    {
        KubePod[] live = [.. pods.Where(pod => pod.IsLive)];
        List<object?> differences = await QueryAsync(
            RecordsSql,
            Many("namespace", NpgsqlDbType.Text, live.Select(pod => pod.Key.Namespace)),
            Many("name", NpgsqlDbType.Text, live.Select(pod => pod.Key.Name)),
            Many("ip", NpgsqlDbType.Text, live.Select(pod => pod.Stay!.Ip)),
            Many("node", NpgsqlDbType.Text, live.Select(pod => pod.Stay!.Node)),
            Many("identity", NpgsqlDbType.Text, live.Select(pod => pod.Workload.Identity)),
            Many("selector", NpgsqlDbType.Jsonb, live.Select(pod => pod.Workload.Selector)),
            Many("stamp", NpgsqlDbType.Timestamp, live.Select(pod => WholeSeconds(pod.Stamp, clock))),
            Many("manifest", NpgsqlDbType.Jsonb, live.Select(pod => server.Find(pod.Key.Namespace, pod.Key.Name)!.ToBytes())));
        string[] held = [.. live.Select(pod => $"{pod.Key.Name} {pod.Key.Namespace} {pod.Stay!.Ip} {pod.Stay.Node}")];
        string[] open = [.. (await QueryAsync($"SELECT concat_ws(' ', pod_name, pod_namespace, pod_ip, node_name) FROM {Leases.All} AS lease WHERE valid_to IS NULL")).Cast<string>()];
        return
        [
            .. differences.Cast<string>().Select(difference => (difference.Split(' ')[0], $"stored otherwise: {difference}")),
            .. held.Except(open).Select(lease => (lease.Split(' ')[0], $"no open lease: {lease}")),
            .. open.Except(held).Select(lease => (lease.Split(' ')[0], $"open lease: {lease}")),
        ];
    }

    /// <summary>The leases of an IP or a name, to explain a mistake.</summary>
    public async Task<string> StoryAsync(string column, string value) => string.Join('\n', (await QueryAsync(
        $"SELECT concat('  lease ', pod_namespace, '/', pod_name, ' ', pod_ip, ' on ', node_name, ' ', valid_from, ' to ', valid_to) FROM {Leases.All} AS lease WHERE {column} = '{value}' ORDER BY valid_from")).TakeLast(12));

    private async Task<List<object?>> QueryAsync(string sql, params NpgsqlParameter[] parameters)
    {
        await using NpgsqlConnection connection = new(connectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        command.Parameters.AddRange(parameters);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        List<object?> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(await reader.IsDBNullAsync(0) ? null : reader.GetValue(0));
        }

        return rows;
    }

    private static DateTime? WholeSeconds(DateTime? moment, SimClock clock) =>
        moment is { } at && clock.OnWire(at) is var wire ? new DateTime(wire.Ticks - (wire.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Unspecified) : null;

    private static NpgsqlParameter Many<T>(string name, NpgsqlDbType type, IEnumerable<T> values) =>
        new(name, NpgsqlDbType.Array | type) { Value = values.ToArray() };
}
