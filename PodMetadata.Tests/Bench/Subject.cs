using System.Globalization;
using System.Net;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using PodMetadata.Tests.Api;
using PodMetadata.Tests.Faults;

namespace PodMetadata.Tests.Bench;

/// <summary>A database of so many pods, and the service on it.</summary>
internal sealed class Subject : IAsyncDisposable
{
    // So that every run writes other manifests than the one before, and later stamps.
    private static int runs;

    private readonly Cluster cluster;

    private readonly NpgsqlConnectionStringBuilder server;

    private readonly (string Name, string Value)[] environment;

    private Subject(Cluster cluster, int pods, string database, params (string Name, string Value)[] environment)
    {
        this.cluster = cluster;
        this.environment = environment;
        Pods = pods;
        server = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = database };
        Service = StartService();
    }

    public int Pods { get; }

    public ServiceProcess Service { get; }

    public string ConnectionString => server.ConnectionString;

    private static string Assembly { get; } = Path.Combine(Report.Folder, "service", "PodMetadata.Api.dll");

    /// <summary>Fills a database through the service, and warms both up.</summary>
    public static async Task<Subject> StartAsync(Cluster cluster, int pods, Manifest[] manifests)
    {
        Subject subject = await FillAsync(cluster, pods, $"pods_{pods}", manifests);
        await subject.WarmAsync();
        return subject;
    }

    /// <summary>Fills a database through the service.</summary>
    public static async Task<Subject> FillAsync(Cluster cluster, int pods, string database, Manifest[] manifests)
    {
        Subject subject = new(cluster, pods, database);
        await subject.Service.WaitForAsync(Load.Ready, HttpStatusCode.OK);
        await subject.FillAsync(manifests);
        return subject;
    }

    /// <summary>Starts on a copy of a database of so many pods, to which nothing is connected, and keeps all leases.</summary>
    public static async Task<Subject> StartOnCopyAsync(Cluster cluster, int pods, string origin, string database)
    {
        await SqlAsync(cluster, null, $"CREATE DATABASE {database} TEMPLATE {origin} STRATEGY file_copy");
        Subject subject = new(cluster, pods, database, ("Retention__Leases", "0"));
        await subject.Service.WaitForAsync(Load.Ready, HttpStatusCode.OK);
        return subject;
    }

    /// <summary>Warms the service and the database up.</summary>
    public async Task WarmAsync()
    {
        foreach ((Work work, int seconds) in new[] { (Work.Changed, 3), (Work.FindByName, 3), (Work.FindByIp, 3), (Work.Unchanged, 3), (Work.List, 2) })
        {
            await Wrk.RunAsync(work, Pods, Service.Address, 32, seconds, ++runs);
        }
    }

    /// <summary>Starts another instance of the service on the database, and returns at once.</summary>
    public ServiceProcess StartService() => ServiceProcess.Start(server.ConnectionString, assembly: Assembly, environment: environment);

    /// <summary>Drives the service.</summary>
    public async Task<Run> ServeAsync(string part, Work work, int connections, int seconds, ServiceProcess? other = null, bool isAfterCheckpoint = false)
    {
        ServiceProcess service = other ?? Service;
        await PrepareAsync(work, isAfterCheckpoint);
        double stored = await StoredAsync(work.Outcome ?? "", service);
        Meter meter = await Meter.StartAsync(cluster, service.Id);
        Wrk.Answers answers = await Wrk.RunAsync(work, Pods, service.Address, connections, seconds, ++runs);
        Run run = new(part, Run.Service, work.Route, Pods, connections, answers.Rate) { P50 = answers.P50, P99 = answers.P99 };
        run = await meter.EndAsync(run, answers.Count);
        await CheckRowsAsync(work, answers.Count, connections);
        if (work.Outcome is not null)
        {
            // A manifest may happen to be the one that pgbench took for the pod.
            Assert.That(await StoredAsync(work.Outcome ?? "", service) - stored, Is.InRange(0.99 * answers.Count, answers.Count + connections), $"counted as {work.Outcome}");
        }

        await UndoAsync(work);
        return run;
    }

    /// <summary>The seconds that psql takes to copy a query's result.</summary>
    public async Task<double> CopyAsync(string query)
    {
        string output = await Command.RunAsync(
            "psql", ["--no-psqlrc", "-o", "/dev/null", "-c", @"\timing on", "-c", $"COPY ({query}) TO STDOUT"], Pgbench.Environment(server));
        return double.Parse(output.Split("Time: ")[1].Split(' ')[0], CultureInfo.InvariantCulture) / 1000;
    }

    /// <summary>Tidies the table up as autovacuum would, which is off, and can write a checkpoint, so that all runs of a kind find the same.</summary>
    public async Task PrepareAsync(Work work, bool isAfterCheckpoint = false)
    {
        if (work.IsWrite)
        {
            await SqlAsync("VACUUM ANALYZE pod_details");
            if (isAfterCheckpoint)
            {
                await SqlAsync("CHECKPOINT");
            }
        }
    }

    /// <summary>Runs a statement beside the service, however long it takes.</summary>
    public Task<object?> SqlAsync(string sql) => SqlAsync(cluster, server.Database, sql);

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    private static async Task<object?> SqlAsync(Cluster cluster, string? database, string sql)
    {
        await using NpgsqlConnection connection = await cluster.OpenAsync(database);
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync();
    }

    /// <summary>How many pods the service says it has stored with an outcome.</summary>
    public static async Task<double> StoredAsync(string outcome, ServiceProcess service) => PrometheusText
        .Parse(await service.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)))
        .Sum("pod_metadata_upserts_total", ("outcome", outcome));

    // What is under way when the time is over, at most one a connection, is done but not counted.
    private async Task CheckRowsAsync(Work work, long requests, int connections)
    {
        long rows = (long)(await SqlAsync("SELECT count(*) FROM pod_details"))!;
        Assert.That(rows, work == Work.New ? Is.InRange(Pods + requests, Pods + requests + connections) : Is.EqualTo(Pods), $"rows after {work.Route}");
        if (work == Work.MarkDead)
        {
            // Some connections may be at their second pass before others have ended their first.
            long dead = (long)(await SqlAsync("SELECT count(*) FROM pod_details WHERE is_dead"))!;
            Assert.That(dead, Is.InRange(0.9 * Math.Min(requests, Pods), Math.Min(requests + connections, Pods)), "pods marked dead");
        }
    }

    /// <summary>Undoes what a run has added or marked dead, for the next one of its kind.</summary>
    private async Task UndoAsync(Work work)
    {
        if (work == Work.New)
        {
            // Without the triggers, which would keep the leases.
            await SqlAsync($"SET session_replication_role = replica; DELETE FROM pod_details WHERE substr(pod_name, 5)::int > {Pods}");
        }
        else if (work == Work.MarkDead)
        {
            await SqlAsync("UPDATE pod_details SET is_dead = false, died_at = NULL, lease_to = NULL, lease_ended_by_mark = false WHERE is_dead");
        }
    }

    private async Task FillAsync(Manifest[] manifests)
    {
        using HttpClient http = new() { BaseAddress = Service.Address };
        await Parallel.ForEachAsync(Enumerable.Range(1, Math.Min(Pods, manifests.Length)), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (id, cancellationToken) =>
        {
            string body = $$"""
                {"pod_name":"pod-{{id}}","pod_namespace":"ns-{{id % 80}}","pod_ip":"10.{{id / 65536}}.{{id / 256 % 256}}.{{id % 256}}","node_name":"node-{{id / 30}}","is_dead":false{{manifests[id - 1].Body}},"time_stamp":"2026-05-01T00:00:00"}
                """;
            using StringContent content = new(body, Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await http.PostAsync(new Uri("/pod/spec", UriKind.Relative), content, cancellationToken);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        });

        await CopyRowsAsync(manifests.Length);
        await SqlAsync("VACUUM ANALYZE pod_details, pod_ip_leases");
        Assert.That(await SqlAsync("SELECT count(*) FROM pod_details"), Is.EqualTo(Pods));
    }

    /// <summary>Makes the pods beyond the posted ones: the same under other names, on other nodes.</summary>
    private async Task CopyRowsAsync(int posted)
    {
        Dictionary<string, string> changed = new()
        {
            ["pod_name"] = "'pod-' || id",
            ["pod_namespace"] = "'ns-' || id % 80",
            ["pod_ip"] = "'10.' || id / 65536 || '.' || id / 256 % 256 || '.' || id % 256",
            ["node_name"] = "'node-' || id / 30",
        };
        string[] columns = (string[])(await SqlAsync("SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = 'pod_details'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"))!;
        await SqlAsync($"""
            INSERT INTO pod_details ({string.Join(", ", columns)})
            SELECT {string.Join(", ", columns.Select(column => changed.GetValueOrDefault(column, column)))}
            FROM (SELECT *, substr(pod_name, 5)::int + {posted} * turn AS id FROM pod_details, generate_series(1, {Pods / posted - 1}) AS turn) AS copies
            """);
    }

    /// <summary>Stores the manifests as they are posted, for pgbench to take and send.</summary>
    public static async Task StoreManifestsAsync(Cluster cluster, string database, Manifest[] manifests)
    {
        await using NpgsqlConnection connection = await cluster.OpenAsync(database);
        await using NpgsqlCommand create = new(
            "CREATE UNLOGGED TABLE bench_manifests (id int PRIMARY KEY, identity text, labels text, manifest text); ALTER TABLE bench_manifests ALTER COLUMN manifest SET STORAGE EXTERNAL",
            connection);
        await create.ExecuteNonQueryAsync();
        await using NpgsqlBinaryImporter import = await connection.BeginBinaryImportAsync("COPY bench_manifests FROM STDIN (FORMAT BINARY)");
        for (int i = 0; i < manifests.Length; i++)
        {
            await import.StartRowAsync();
            await import.WriteAsync(i + 1, NpgsqlDbType.Integer);
            await import.WriteAsync(manifests[i].Identity.Trim('"'), NpgsqlDbType.Text);
            await import.WriteAsync(manifests[i].Labels, NpgsqlDbType.Text);
            await import.WriteAsync(manifests[i].Json, NpgsqlDbType.Text);
        }

        await import.CompleteAsync();
    }
}
