using System.Diagnostics;

namespace PodMetadata.Tests.Bench;

/// <summary>The load of a whole cluster.</summary>
[Order(5), Explicit(Long)]
public sealed class WholeClusterTests : BenchFixture
{
    [Test, Category("cluster")]
    public async Task A_whole_cluster()
    {
        const int Length = 60;
        Subject subject = await SubjectAsync(WholeClusterPods);
        using WholeCluster load = new(subject, Manifests);
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
}
