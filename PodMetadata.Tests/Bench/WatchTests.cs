using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using PodMetadata.Tests.Faults;
using PodMetadata.Tests.Kubernetes;

namespace PodMetadata.Tests.Bench;

/// <summary>The watch of a whole cluster, which the fake API server is, on the same processors.</summary>
[Order(6), Explicit(Long)]
public sealed partial class WatchTests : BenchFixture
{
    private const int PodsOfWorkload = 15;
    private const int EventsPerSecond = 100;
    private const int EventSeconds = 60;

    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);
    private static readonly DateTimeOffset Began = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    [Test, Category("watch")]
    public async Task A_watched_cluster()
    {
        await cluster.SqlAsync("CREATE DATABASE watched");
        string database = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = "watched" }.ConnectionString;
        await using FakeApiServer api = await FakeApiServer.StartAsync(new FakeApiOptions { History = 100_000 });
        Fill(api);

        double idle;
        await using (ServiceProcess unwatched = Start(database))
        {
            await unwatched.WaitForAsync(Load.Ready, HttpStatusCode.OK);
            idle = Meter.MemoryMiB(unwatched.Id, "VmRSS");
        }

        (string Name, string Value)[] settings = [("Kubernetes__Watch", "true"), ("Kubernetes__Kubeconfig", api.KubeconfigPath)];
        await using (ServiceProcess first = Start(database, settings))
        {
            report.Add(new Goal("first list of 150,000 pods, stored", await ListedAsync(first), Unit: "s"));
            report.Add(new Goal("peak of the first list above idle", Meter.MemoryMiB(first.Id, "VmHWM") - idle, AtMost: 64, Unit: "MiB"));
            Assert.That(await SqlAsync(database, "SELECT count(*) FROM pod_details WHERE NOT is_dead AND pod_identity IS NOT NULL"), Is.EqualTo(WholeClusterPods));
        }

        await SqlAsync(database, "VACUUM ANALYZE");
        string begun = await FlushedAsync(database);
        await using ServiceProcess second = Start(database, settings);
        report.Add(new Goal("list after a restart", await ListedAsync(second), Unit: "s"));
        report.Add(new Goal("peak of that list above idle", Meter.MemoryMiB(second.Id, "VmHWM") - idle, AtMost: 64, Unit: "MiB"));
        report.Add(new Goal("WAL of the restart", await WalAsync(database, begun), AtMost: 1, Unit: "MB"));

        begun = await FlushedAsync(database);
        await Task.Delay(Idle);
        report.Add(new Goal("WAL of ten idle minutes", await WalAsync(database, begun), AtMost: 1, Unit: "MB"));

        double[] delays = await DriveAsync(api, second);
        report.Add(new Goal("from an event to the answer, median", delays[delays.Length / 2], Unit: "ms"));
        report.Add(new Goal("from an event to the answer, 99th percentile", delays[delays.Length * 99 / 100], AtMost: 250, Unit: "ms"));
        Assert.That(api.Count(FakeRequests.List), Is.EqualTo(2));
    }

    private static ServiceProcess Start(string database, params (string Name, string Value)[] environment) =>
        ServiceProcess.Start(database, assembly: Path.Combine(Report.Folder, "service", "PodMetadata.Api.dll"), environment: environment);

    /// <summary>Gives the cluster its pods, of Deployments.</summary>
    private static void Fill(FakeApiServer api)
    {
        string[] owners =
        [
            .. Enumerable.Range(0, (WholeClusterPods / PodsOfWorkload) + 1).Select(i =>
            {
                Dictionary<string, string> labels = new() { ["app.example.org/workload"] = $"workload-{i}" };
                FakeObject deployment = api.Put(FakeWorkloads.Workload("Deployment", $"namespace-{i % 80}", $"workload-{i}", labels));
                FakeObject owner = api.Put(FakeWorkloads.Workload("ReplicaSet", $"namespace-{i % 80}", $"workload-{i}-5d9f", labels, deployment));
                return $$"""{"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"{{owner.Name}}","uid":"{{owner.Uid}}","controller":true}],""";
            }),
        ];
        // Pod i is in namespace i % 80, as workload i % 80 is.
        api.Load(FakePods.Many(WholeClusterPods, Began).Select((pod, i) => Encoding.UTF8.GetBytes(
            Metadata().Replace(Encoding.UTF8.GetString(pod), $"\"metadata\":{owners[((i + 1) % 80) + (80 * ((i + 1) / 80 % (owners.Length / 80)))]}", 1)
                .Replace("\"app\":", "\"tier\":", StringComparison.Ordinal))));
    }

    /// <summary>How many seconds the list took, once the service says so.</summary>
    private static async Task<double> ListedAsync(ServiceProcess service)
    {
        for (Stopwatch waiting = Stopwatch.StartNew(); waiting.Elapsed < TimeSpan.FromMinutes(10); await Task.Delay(200))
        {
            if (service.Lines.Select(line => Listed().Match(line)).FirstOrDefault(match => match.Success) is { } match)
            {
                return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            }
        }

        throw new TimeoutException(service.Output);
    }

    /// <summary>Gives pods other IPs, and returns how long each took until it was found by it, in milliseconds, in ascending order.</summary>
    private static async Task<double[]> DriveAsync(FakeApiServer api, ServiceProcess service)
    {
        List<Task<double>> delays = [];
        Stopwatch clock = Stopwatch.StartNew();
        for (int i = 0; i < EventsPerSecond * EventSeconds; i++)
        {
            TimeSpan due = TimeSpan.FromSeconds((double)i / EventsPerSecond);
            if (due > clock.Elapsed)
            {
                await Task.Delay(due - clock.Elapsed);
            }

            string ip = $"10.200.{i / 256}.{i % 256}";
            api.Update($"namespace-{(i + 1) % 80}", $"pod-{i + 1}", pod => pod.SetIp(ip));
            delays.Add(UntilFoundAsync(service, ip));
        }

        double[] measured = await Task.WhenAll(delays);
        Array.Sort(measured);
        return measured;
    }

    private static async Task<double> UntilFoundAsync(ServiceProcess service, string ip)
    {
        Stopwatch waiting = Stopwatch.StartNew();
        while (true)
        {
            using HttpResponseMessage response = await service.Http.GetAsync(new Uri($"/pod/ip/{ip}", UriKind.Relative));
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return waiting.Elapsed.TotalMilliseconds;
            }

            Assert.That(waiting.Elapsed, Is.LessThan(TimeSpan.FromMinutes(1)), ip);
            await Task.Delay(2);
        }
    }

    private static async Task<string> FlushedAsync(string database) => (string)(await SqlAsync(database, "CHECKPOINT; SELECT pg_current_wal_insert_lsn()::text"))!;

    private static async Task<double> WalAsync(string database, string begun) =>
        (double)(decimal)(await SqlAsync(database, $"SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '{begun}')"))! / 1e6;

    private static async Task<object?> SqlAsync(string database, string sql)
    {
        await using NpgsqlConnection connection = new(database);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync();
    }

    [GeneratedRegex(@"Listed \d+ pods with an IP in ([0-9.]+) s")]
    private static partial Regex Listed();

    [GeneratedRegex("\"metadata\":\\{")]
    private static partial Regex Metadata();
}
