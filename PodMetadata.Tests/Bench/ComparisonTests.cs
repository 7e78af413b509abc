namespace PodMetadata.Tests.Bench;

/// <summary>The service beside the yardstick, where that is.</summary>
[Order(1), Explicit(Long)]
public sealed class ComparisonTests : BenchFixture
{
    private Bare? yardstick;

    [OneTimeTearDown]
    public async Task EndAsync() => await (yardstick?.DisposeAsync() ?? ValueTask.CompletedTask);

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
            await yardstick.StoreManifestsAsync(Manifests);
            foreach ((Work work, int seconds) in new[] { (Work.Changed, 6), (Work.FindByName, 3), (Work.FindByIp, 3), (Work.List, 2) })
            {
                await yardstick.WarmAsync(work, seconds);
            }
        }

        return yardstick;
    }
}
