using System.Diagnostics;
using System.Net;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Store;
using PodMetadata.Tests.Faults;

namespace PodMetadata.Tests.Bench;

/// <summary>The service compared with nothing, or with itself at another size.</summary>
[Order(2), Explicit(Long)]
public sealed class ServiceAloneTests : BenchFixture
{
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
}
