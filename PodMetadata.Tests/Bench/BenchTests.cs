using System.Diagnostics;
using System.Globalization;
using System.Net;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Store;
using PodMetadata.Tests.Faults;

namespace PodMetadata.Tests.Bench;

/// <summary>Measures the service against its database; scripts/bench runs it. A goal that is missed is a result and fails nothing; a wrong
/// answer does.</summary>
[Category("Bench"), Explicit("It takes minutes and the whole machine: scripts/bench runs it.")]
public sealed class BenchTests
{
    private const int Rounds = 3;
    private const int Connections = 32;
    private const int Seconds = 3;
    private const int Standard = 10_000;
    private const int Smallest = 1_000;
    private const int Largest = 100_000;
    private const int WholeClusterPods = 150_000;

    private const string Settings = "-c max_connections=400 -c shared_buffers=2GB -c max_wal_size=4GB -c checkpoint_timeout=1h -c autovacuum=off";

    private readonly Report report = new();

    private readonly Dictionary<int, Subject> subjects = [];

    private Cluster cluster = null!;

    private Bare? yardstick;

    private Manifest[] manifests = null!;

    [OneTimeSetUp]
    public async Task PrepareAsync()
    {
        manifests = await Manifests.ReadAsync();
        await File.WriteAllLinesAsync(Report.Bodies, manifests.Select(manifest => manifest.Body));
        cluster = new Cluster("bench", Settings);
        await cluster.StartAsync();
        await cluster.SqlAsync("CREATE EXTENSION pg_walinspect");
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        try
        {
            report.Write(await DescribeAsync());
        }
        finally
        {
            foreach (Subject subject in subjects.Values)
            {
                await subject.DisposeAsync();
            }

            await (yardstick?.DisposeAsync() ?? ValueTask.CompletedTask);
            await cluster.RemoveAsync();
        }
    }

    [Test, Order(1), Category("lookups")]
    public async Task Lookups()
    {
        Subject subject = await SubjectAsync(Standard);
        Bare? bare = await BareAsync(subject);
        await RoundsAsync("lookups", async round =>
        {
            await CompareAsync("lookups", round, subject, bare, [Work.FindByName, Work.FindByIp, Work.List], Connections, Seconds);
            await CompareAsync("alone", round, subject, bare, [Work.FindByName, Work.FindByIp], 1, 1, withPlain: false);
        });
        if (bare is not null)
        {
            AddRates("lookups", Work.FindByName, bare: 0.95);
            AddRates("lookups", Work.FindByIp, bare: 0.95);
            AddRates("lookups", Work.List, bare: 1);
            AddCost("alone", Work.FindByName, 1, "p50 on one connection", 1.5, run => run.P50!.Value);
            AddCost("alone", Work.FindByIp, 1, "p50 on one connection", 1.5, run => run.P50!.Value);
            AddCost("lookups", Work.FindByName, Connections, "CPU", 1.3, run => run.ServiceCpu!.Value);
            AddCost("lookups", Work.FindByIp, Connections, "CPU", 1.3, run => run.ServiceCpu!.Value);
        }
    }

    [Test, Order(2), Category("writes")]
    public async Task Writes()
    {
        Subject subject = await SubjectAsync(Standard);
        Bare? bare = await BareAsync(subject);
        await RoundsAsync("writes", async round =>
        {
            await CompareAsync("writes", round, subject, bare, [Work.New, Work.Changed, Work.Unchanged], Connections, Seconds);
            await CompareAsync("writes", round, subject, bare, [Work.MarkDead], Connections, 1); // so short that few are marked twice
        });
        Run[] unchanged = report.Runs("writes", Run.Service, Work.Unchanged.Route, Standard, Connections);
        Run[] changed = report.Runs("writes", Run.Service, Work.Changed.Route, Standard, Connections);
        report.Add(new Goal("WAL of unchanged / of changed", Run.Ratio(unchanged, changed, run => run.Wal!.Value), AtMost: 0.05));
        if (bare is not null)
        {
            AddRates("writes", Work.New, bare: 1.2, plain: 0.95);
            AddRates("writes", Work.Changed, bare: 1.2, plain: 0.95);
            AddRates("writes", Work.Unchanged, plain: 2);
            AddRates("writes", Work.MarkDead, bare: 0.9);
            foreach (Work work in new[] { Work.New, Work.Changed, Work.Unchanged, Work.MarkDead })
            {
                AddCost("writes", work, Connections, "CPU", 1.3, run => run.ServiceCpu!.Value);
            }
        }
    }

    [Test, Order(3), Category("hot")]
    public async Task Reposts_that_stay_on_their_page()
    {
        Subject subject = await SubjectAsync(Standard);
        await subject.PrepareAsync(Work.Unchanged);
        // Connections tell what they did when they end.
        await subject.SqlAsync("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
        await subject.SqlAsync("SELECT pg_stat_reset_single_table_counters('pod_details'::regclass)");
        Run run;
        await using (ServiceProcess service = subject.StartService())
        {
            await service.WaitForAsync(Load.Ready, HttpStatusCode.OK);
            run = await subject.ServeAsync("hot", Work.Unchanged, Connections, Seconds, service);
        }

        await Wait.UntilAsync(async () => (long)(await subject.SqlAsync("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'pod_details'"))! >= run.Rate * Seconds);
        object share = (await subject.SqlAsync("SELECT n_tup_hot_upd / n_tup_upd::float8 FROM pg_stat_user_tables WHERE relname = 'pod_details'"))!;
        report.Add(new Goal("HOT share of the updates of unchanged", (double)share));
    }

    [Test, Order(4), Category("listing")]
    public async Task Listing()
    {
        Subject subject = await SubjectAsync(Standard);
        List<double> firstBytes = [];
        await RoundsAsync("listing", round => InTurnAsync(
            round,
            async () => new Run("listing", Run.Database, Client.Listing, Standard, 1, 1 / await subject.CopyAsync(new ListStatement(new PodQuery()).Sql)),
            async () =>
            {
                Meter meter = await Meter.StartAsync(cluster, subject.Service.Id);
                (TimeSpan firstByte, TimeSpan whole) = await Client.ListAsync(subject.Service.Address);
                firstBytes.Add(firstByte.TotalMilliseconds);
                return await meter.EndAsync(new Run("listing", Run.Service, Client.Listing, Standard, 1, 1 / whole.TotalSeconds) { P50 = whole.TotalMilliseconds }, 1);
            }));
        Run[] listed = report.Runs("listing", Run.Service, Client.Listing, Standard, 1);
        Run[] copied = report.Runs("listing", Run.Database, Client.Listing, Standard, 1);
        report.Add(new Goal("time of GET /pod/info / of psql COPY", Run.Ratio(copied, listed, run => run.Rate), AtMost: 1.15));
        report.Add(new Goal("first byte of GET /pod/info", Run.Middle(firstBytes), AtMost: 100, Unit: "ms"));
    }

    [Test, Order(5), Category("connections")]
    public async Task Connections_from_1_to_256()
    {
        Subject subject = await SubjectAsync(Standard);
        await RoundsAsync("connections", async round =>
        {
            foreach (Work work in new[] { Work.FindByName, Work.Changed, Work.Unchanged })
            {
                await InTurnAsync(round, new[] { 1, 8, 32, 256 }.Select<int, Func<Task<Run>>>(connections => () => subject.ServeAsync("connections", work, connections, seconds: 1)));
            }
        });
    }

    [Test, Order(6), Category("growth")]
    public async Task Growth_from_1_000_to_100_000_pods()
    {
        Work[] works = [Work.FindByName, Work.FindByIp, Work.Changed, Work.Unchanged];
        Subject[] sizes = [await SubjectAsync(Smallest), await SubjectAsync(Standard), await SubjectAsync(Largest)];
        await RoundsAsync("growth", async round =>
        {
            foreach (Work work in works)
            {
                await InTurnAsync(round, sizes.Select<Subject, Func<Task<Run>>>(subject => () => subject.ServeAsync("growth", work, Connections, seconds: 1)));
            }
        });
        foreach (Work work in works)
        {
            Run[] small = report.Runs("growth", Run.Service, work.Route, Smallest, Connections);
            Run[] large = report.Runs("growth", Run.Service, work.Route, Largest, Connections);
            report.Add(new Goal($"{work.Route}, 100,000 pods / 1,000", Run.Ratio(large, small, run => run.Rate), AtLeast: 0.8));
        }
    }

    [Test, Order(7), Category("memory")]
    public async Task Memory_idle_and_in_a_full_listing()
    {
        foreach (int pods in new[] { Smallest, Largest })
        {
            Subject subject = await SubjectAsync(pods);
            List<double> idle = [];
            List<double> above = [];
            await RoundsAsync("memory", async _ =>
            {
                await using ServiceProcess service = subject.StartService();
                await service.WaitForAsync(Load.Ready, HttpStatusCode.OK);
                idle.Add(Meter.MemoryMiB(service.Id, "VmRSS"));
                Meter.ResetPeak(service.Id);
                await Client.ListAsync(service.Address);
                above.Add(Meter.MemoryMiB(service.Id, "VmHWM") - idle[^1]);
            });
            report.Add(new Goal($"idle, {pods:#,0} pods", Run.Middle(idle), AtMost: 150, Unit: "MiB"));
            report.Add(new Goal($"peak of a listing above idle, {pods:#,0} pods", Run.Middle(above), AtMost: 64, Unit: "MiB"));
        }
    }

    [Test, Order(8), Category("start")]
    public async Task Start()
    {
        Subject subject = await SubjectAsync(Standard);
        List<double> ready = [];
        List<double> warm = [];
        await RoundsAsync("start", async _ =>
        {
            Stopwatch starting = Stopwatch.StartNew();
            await using ServiceProcess service = subject.StartService();
            await service.WaitForAsync(Load.Ready, HttpStatusCode.OK);
            ready.Add(starting.Elapsed.TotalSeconds);
            await subject.ServeAsync("start", Work.FindByName, Connections, Seconds, service);
            Run fourth = await subject.ServeAsync("start", Work.FindByName, Connections, 1, service);
            Run steady = await subject.ServeAsync("start", Work.FindByName, Connections, 1);
            warm.Add(fourth.Rate / steady.Rate);
        });
        report.Add(new Goal("from launch to ready", Run.Middle(ready), AtMost: 2, Unit: "s"));
        report.Add(new Goal("GET /pod/name, fourth second / steady", Run.Middle(warm), AtLeast: 0.8));
    }

    [Test, Order(9), Category("resolve")]
    public async Task Resolve_1_000_ips()
    {
        const int Ips = 1000;
        Subject subject = await SubjectAsync(Largest);
        // The pods that the service was told of lie in May; what is kept begins later.
        await subject.SqlAsync("UPDATE pod_details SET lease_from = now() AT TIME ZONE 'UTC' - interval '1 day'");
        await subject.SqlAsync("VACUUM ANALYZE pod_details");
        await Client.ResolveAsync(subject.Service.Address, Largest, Ips, at: null);
        foreach ((string when, DateTime? at) in new[] { ("now", (DateTime?)null), ("an hour ago", DateTime.UtcNow.AddHours(-1)) })
        {
            List<double> times = [];
            await RoundsAsync("resolve", async _ => times.Add((await Client.ResolveAsync(subject.Service.Address, Largest, Ips, at)).TotalMilliseconds));
            report.Add(new Goal($"POST /pod/resolve, 1,000 IPs {when}, 100,000 pods", Run.Middle(times), AtMost: 50, Unit: "ms"));
        }
    }

    [Test, Order(10), Category("orm")]
    public async Task What_EF_Core_would_cost()
    {
        Subject subject = await SubjectAsync(Standard);
        OrmCost cost = await OrmCost.StartAsync(subject.ConnectionString, Standard);
        foreach ((string work, int times, Func<Task> statement, Func<Task> orm) in cost.Works)
        {
            List<(double Cpu, double Elapsed, double Allocated)> ratios = [];
            await RoundsAsync($"orm, {work}", async _ =>
            {
                await OrmCost.MeasureAsync(times, statement);
                await OrmCost.MeasureAsync(times, orm);
                (double Cpu, double Elapsed, double Allocated) raw = await OrmCost.MeasureAsync(times, statement);
                (double Cpu, double Elapsed, double Allocated) mapped = await OrmCost.MeasureAsync(times, orm);
                ratios.Add((mapped.Cpu / raw.Cpu, mapped.Elapsed / raw.Elapsed, mapped.Allocated / raw.Allocated));
            });
            report.Add(new Goal($"EF Core / statement, time: {work}", Run.Middle(ratios.Select(ratio => ratio.Elapsed))));
            report.Add(new Goal($"EF Core / statement, CPU: {work}", Run.Middle(ratios.Select(ratio => ratio.Cpu))));
            report.Add(new Goal($"EF Core / statement, memory: {work}", Run.Middle(ratios.Select(ratio => ratio.Allocated))));
        }
    }

    [Test, Order(11), Category("cluster")]
    public async Task A_whole_cluster()
    {
        const int Length = 60;
        Subject subject = await SubjectAsync(WholeClusterPods);
        using WholeCluster load = new(subject, manifests);
        await load.RunAsync(Length); // to warm up
        long before = (long)(await subject.SqlAsync("SELECT pg_total_relation_size('pod_details')"))!;
        Meter meter = await Meter.StartAsync(cluster, subject.Service.Id);
        Stopwatch clock = Stopwatch.StartNew();
        TimeSpan own = Environment.CpuUsage.TotalTime;
        int requests = await load.RunAsync(Length);
        own = Environment.CpuUsage.TotalTime - own;
        double seconds = clock.Elapsed.TotalSeconds;
        Run run = await meter.EndAsync(new Run("cluster", Run.Service, "150,000 pods a minute", WholeClusterPods, 5000, requests / seconds), requests);
        long after = (long)(await subject.SqlAsync("SELECT pg_total_relation_size('pod_details')"))!;
        report.Add(run);
        // What a minute of it takes, by that minute, also when it took longer: else a load that falls behind would look cheap.
        double perSecond = (double)requests / Length;
        report.Add(new Goal("cores of service and database", (run.ServiceCpu + run.DatabaseCpu)!.Value / 1000 * perSecond, AtMost: 1.25));
        report.Add(new Goal("of them the service's", run.ServiceCpu!.Value / 1000 * perSecond));
        report.Add(new Goal("beside them the load's own", own.TotalSeconds / Length));
        report.Add(new Goal("seconds for a minute of it", seconds, AtMost: Length * 1.05, Unit: "s"));
        report.Add(new Goal("lookups, 99th percentile", load.LookupP99, AtMost: 20, Unit: "ms"));
        report.Add(new Goal("posts, 99th percentile", load.PostP99, Unit: "ms"));
        report.Add(new Goal("WAL, a day of it without page images", run.Wal!.Value * perSecond * 86400 / 1e9, Unit: "GB"));
        report.Add(new Goal("table and indexes, growth in a minute", (after - before) / 1e6, Unit: "MB"));
    }

    /// <summary>How it was measured.</summary>
    private async Task<string> DescribeAsync()
    {
        int[] sizes = [.. manifests.Select(manifest => manifest.Json.Length).Order()];
        object version = (await cluster.SqlAsync("SHOW server_version"))!;
        object sync = (await cluster.SqlAsync("SHOW fsync"))!;
        return string.Create(CultureInfo.InvariantCulture, $"""
            medians of {Rounds} rounds, in every other one the other way round, ratios those of a round; {sizes.Length:#,0} manifests: median {sizes[sizes.Length / 2]:#,0}, 95th percentile {sizes[sizes.Length * 95 / 100]:#,0}, largest {sizes[^1]:#,0} bytes
            {Environment.ProcessorCount} cores; PostgreSQL {version}, fsync {sync}, {Settings}
            bare: a service without layers on a plain table; plain: pgbench with a single-row statement on that table, prepared, the best of 8, 16 and 32 clients
            every 25th transaction of a pgbench client that posts takes another manifest first, with a SELECT: pgbench reads no files, and a SELECT each time would slow it more
            writes take pods far apart, in one order for both; lookups any
            before each run of writes VACUUM ANALYZE, and where they are compared CHECKPOINT; full pages: the bytes a request of page images, which a checkpoint causes and the WAL column leaves out
            """);
    }

    private static async Task RoundsAsync(string part, Func<int, Task> round)
    {
        for (int i = 1; i <= Rounds; i++)
        {
            await TestContext.Progress.WriteLineAsync($"{part}: round {i} of {Rounds}");
            await round(i);
        }
    }

    /// <summary>Drives the service, the bare service and the plain table with each work.</summary>
    private async Task CompareAsync(
        string part, int round, Subject subject, Bare? bare, Work[] works, int connections, int seconds, bool withPlain = true)
    {
        foreach (Work work in works)
        {
            List<Func<Task<Run>>> measures = [() => subject.ServeAsync(part, work, connections, seconds, isAfterCheckpoint: true)];
            if (bare is not null)
            {
                measures.Add(() => bare.ServeAsync(part, work, connections, seconds));
            }

            if (bare is not null && withPlain)
            {
                measures.Add(() => bare.DrivePlainAsync(part, work, connections, Math.Min(seconds, 2)));
            }

            await InTurnAsync(round, measures);
        }
    }

    /// <summary>Measures in this order in one round, and the other way round in the next, so that neither gains by its turn.</summary>
    private async Task InTurnAsync(int round, params IEnumerable<Func<Task<Run>>> measures)
    {
        foreach (Func<Task<Run>> measure in round % 2 == 0 ? measures.Reverse() : measures)
        {
            report.Add(await measure());
        }
    }

    private void AddRates(string part, Work work, double? bare = null, double? plain = null)
    {
        foreach ((string driver, double? limit) in new[] { (Run.Bare, bare), (Run.Plain, plain) })
        {
            report.Add(new Goal($"{work.Route} / {driver}", Ratio(part, work, Connections, driver, run => run.Rate), AtLeast: limit));
        }
    }

    private void AddCost(string part, Work work, int connections, string what, double limit, Func<Run, double> value) =>
        report.Add(new Goal($"{what} of {work.Route} / bare", Ratio(part, work, connections, Run.Bare, value), AtMost: limit));

    private double Ratio(string part, Work work, int connections, string driver, Func<Run, double> value) => Run.Ratio(
        report.Runs(part, Run.Service, work.Route, Standard, connections), report.Runs(part, driver, work.Route, Standard, connections), value);

    /// <summary>The yardstick, warmed up like the subject; null where it is not beside the repository.</summary>
    private async Task<Bare?> BareAsync(Subject subject)
    {
        if (yardstick is null && Bare.IsThere)
        {
            yardstick = await Bare.StartAsync(cluster, subject);
            await yardstick.StoreManifestsAsync(manifests);
            foreach ((Work work, int seconds) in new[] { (Work.Changed, 6), (Work.FindByName, 3), (Work.FindByIp, 3), (Work.List, 2) })
            {
                await yardstick.WarmAsync(work, seconds);
            }
        }

        return yardstick;
    }

    private async Task<Subject> SubjectAsync(int pods)
    {
        if (!subjects.TryGetValue(pods, out Subject? subject))
        {
            await TestContext.Progress.WriteLineAsync($"storing {pods:#,0} pods and warming up");
            subject = subjects[pods] = await Subject.StartAsync(cluster, pods, manifests);
        }

        return subject;
    }
}
