using System.Globalization;
using System.Net;
using Npgsql;
using PodMetadata.Tests.Faults;

namespace PodMetadata.Tests.Bench;

/// <summary>The yardstick: the same pods in a plain table, and a service without layers on it. Both are in ../shared/bare, beside the repository.</summary>
internal sealed class Bare : IAsyncDisposable
{
    private const string Columns = "pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels, pod_obj, time_stamp";

    // Clients of pgbench: the best number of them counts.
    private static readonly int[] Clients = [8, 16, 32];

    private static int runs;

    private readonly Cluster cluster;
    private readonly NpgsqlConnectionStringBuilder server;
    private readonly ServiceProcess service;
    private readonly int pods;

    private Bare(Cluster cluster, int pods)
    {
        this.cluster = cluster;
        this.pods = pods;
        server = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = $"bare_{pods}" };
        Uri address = new($"http://127.0.0.1:{Cluster.FreePort()}");
        service = ServiceProcess.Start(
            server.ConnectionString, address, Path.Combine(Report.Folder, "bare", "peer-dotnet.dll"),
            environment: [("PORT", $"{address.Port}"), .. Pgbench.Environment(server)]);
    }

    /// <summary>Whether the yardstick is beside the repository, and scripts/bench has built it.</summary>
    public static bool IsThere => File.Exists(Path.Combine(Report.Folder, "bare", "peer-dotnet.dll"));

    /// <summary>Copies the pods of a subject, and starts and warms the bare service.</summary>
    public static async Task<Bare> StartAsync(Cluster cluster, Subject subject)
    {
        await cluster.SqlAsync($"CREATE DATABASE bare_{subject.Pods}");
        Bare bare = new(cluster, subject.Pods);
        await bare.SqlAsync(await File.ReadAllTextAsync(Path.Combine(TestDatabase.Root, "..", "shared", "bare", "schema.sql")));
        await bare.SqlAsync("ALTER TABLE pod_details ALTER COLUMN pod_obj SET COMPRESSION lz4"); // as the service's
        await bare.CopyAsync(subject);
        await bare.service.WaitForAsync("/pod/list/none", HttpStatusCode.OK);
        return bare;
    }

    /// <summary>Runs requests that are not measured.</summary>
    public Task WarmAsync(Work work, int seconds) => Wrk.RunAsync(work, pods, service.Address, 32, seconds, ++runs);

    /// <summary>Drives the bare service.</summary>
    public async Task<Run> ServeAsync(string part, Work work, int connections, int seconds)
    {
        await PrepareAsync(work);
        Meter meter = await Meter.StartAsync(cluster, service.Id);
        Wrk.Answers answers = await Wrk.RunAsync(work, pods, service.Address, connections, seconds, ++runs);
        Run run = await meter.EndAsync(
            new Run(part, Run.Bare, work.Route, pods, connections, answers.Rate) { P50 = answers.P50, P99 = answers.P99 }, answers.Count);
        await UndoAsync(work);
        return run;
    }

    /// <summary>Drives the plain table with a single-row statement, and returns the best of several numbers of clients.</summary>
    public async Task<Run> DrivePlainAsync(string part, Work work, int connections, int seconds)
    {
        List<Run> all = [];
        foreach (int clients in Clients)
        {
            await PrepareAsync(work);
            Meter meter = await Meter.StartAsync(cluster, service.Id);
            (long transactions, double rate) = await Pgbench.RunAsync(work, pods, server, clients, seconds, ++runs);
            all.Add(await meter.EndAsync(new Run(part, Run.Plain, work.Route, pods, connections, rate), transactions));
            await UndoAsync(work);
        }

        return all.MaxBy(run => run.Rate)!;
    }

    /// <summary>Stores the manifests for pgbench to take and send.</summary>
    public Task StoreManifestsAsync(Manifest[] manifests) => Subject.StoreManifestsAsync(cluster, server.Database!, manifests);

    public ValueTask DisposeAsync() => service.DisposeAsync();

    private async Task CopyAsync(Subject subject)
    {
        await using NpgsqlConnection from = await cluster.OpenAsync(new NpgsqlConnectionStringBuilder(subject.ConnectionString).Database);
        await using NpgsqlConnection to = await cluster.OpenAsync(server.Database);
        await using (NpgsqlRawCopyStream read = await from.BeginRawBinaryCopyAsync($"COPY (SELECT {Columns} FROM pod_details) TO STDOUT (FORMAT BINARY)"))
        await using (NpgsqlRawCopyStream write = await to.BeginRawBinaryCopyAsync($"COPY pod_details ({Columns}) FROM STDIN (FORMAT BINARY)"))
        {
            await read.CopyToAsync(write);
        }

        await SqlAsync("VACUUM ANALYZE pod_details");
    }

    private async Task PrepareAsync(Work work)
    {
        if (work.IsWrite)
        {
            await SqlAsync("VACUUM ANALYZE pod_details");
            await SqlAsync("CHECKPOINT");
        }
    }

    private Task UndoAsync(Work work) =>
        work == Work.New ? SqlAsync(string.Create(CultureInfo.InvariantCulture, $"DELETE FROM pod_details WHERE substr(pod_name, 5)::int > {pods}"))
        : work == Work.MarkDead ? SqlAsync("UPDATE pod_details SET is_dead = false WHERE is_dead")
        : Task.CompletedTask;

    private async Task SqlAsync(string sql)
    {
        await using NpgsqlConnection connection = await cluster.OpenAsync(server.Database);
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }
}
