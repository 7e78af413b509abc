using System.Diagnostics;

namespace PodMetadata.Tests.Bench;

/// <summary>What a long history of leases costs requests that are about now.</summary>
[Order(4), Explicit(Long)]
public sealed class HistoryTests : BenchFixture
{
    private const string Few = "history 10k";
    private const string Many = "history 10M";

    private readonly List<Subject> subjects = [];

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        foreach (Subject subject in subjects)
        {
            await subject.DisposeAsync();
        }
    }

    [Test, Category("history")]
    public async Task A_history_of_10_000_and_of_10_million_leases()
    {
        const string Origin = "history";
        Work[] works = [Work.FindByName, Work.FindByIp, Work.List, Work.New, Work.Changed, Work.Unchanged, Work.MarkDead];
        await TestContext.Progress.WriteLineAsync($"storing {WholeClusterPods:#,0} pods");
        await (await Subject.FillAsync(cluster, WholeClusterPods, Origin, Manifests)).DisposeAsync(); // a database that is copied must not be in use
        Subject few = await CopyAsync(Origin, 10_000);
        Subject many = await CopyAsync(Origin, 10_000_000);
        await RoundsAsync("history", async round =>
        {
            foreach (Work work in works)
            {
                await InTurnAsync(
                    round,
                    () => few.ServeAsync(Few, work, Connections, Seconds, isAfterCheckpoint: true),
                    () => many.ServeAsync(Many, work, Connections, Seconds, isAfterCheckpoint: true));
            }
        });
        foreach (Work work in works)
        {
            Run[] all = report.Runs(Many, Run.Service, work.Route, WholeClusterPods, Connections);
            Run[] others = report.Runs(Few, Run.Service, work.Route, WholeClusterPods, Connections);
            report.Add(new Goal($"{work.Route}, 10 million leases / 10,000", Run.Ratio(all, others, run => run.Rate), AtLeast: 0.9));
        }
    }

    private async Task<Subject> CopyAsync(string origin, int leases)
    {
        Stopwatch clock = Stopwatch.StartNew();
        Subject subject = await Subject.StartOnCopyAsync(cluster, WholeClusterPods, origin, $"{origin}_{leases}");
        subjects.Add(subject);
        await LeaseHistory.AddAsync(subject, leases);
        await TestContext.Progress.WriteLineAsync($"added {leases:#,0} leases in {clock.Elapsed.TotalSeconds:0} s, warming up");
        await subject.WarmAsync();
        return subject;
    }
}
