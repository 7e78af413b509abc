using System.Diagnostics;

namespace PodMetadata.Tests.RealCluster;

/// <summary>Two instances of the service watch a real Kubernetes API server. Pods come and go as in a cluster, and what watches breaks. After each fault
/// the stored pods are compared with the server's, and the answers about the past with the truth. scripts/kubernetes runs it.</summary>
[Category("Kubernetes")]
[Explicit("It needs a real API server: scripts/kubernetes runs it.")]
[SingleThreaded]
public sealed class RealClusterTests
{
    private const int Questions = 1700;

    private static readonly TimeSpan LongestToRest = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(12);

    // The watch catches up for some seconds after a pause.
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(6);

    private readonly Stopwatch took = Stopwatch.StartNew();
    private readonly Random random = new(1);
    private readonly ApiServer api = new();
    private readonly PodJournal journal = new();
    private readonly List<string> mistakes = [];
    private readonly List<(int Asked, int Knowable)> asked = [];
    private WatchFleet fleet = null!;
    private Churn churn = null!;
    private int real;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        string kubeconfig = await api.CreateAccountAsync("watcher", WatchRights.Rules());
        real = await new RealManifests(api, journal).CreateAsync();
        ClusterNode[] nodes = [.. Enumerable.Range(0, 8).Select(number => new ClusterNode(number))];
        Kubelet kubelet = new(api, new IpPool(), journal);
        Shop[] shops = [.. Enumerable.Range(0, 4).Select(number => new Shop(api, kubelet, nodes, $"shop-{number}", number))];
        await Task.WhenAll(shops.Select(shop => shop.CreateAsync()));
        churn = new Churn(shops);

        fleet = new WatchFleet(await TestDatabase.CreateAsync(), kubeconfig);
        await fleet.StartAsync();
        await fleet.StartAsync();
        await UntilListedAsync(0);
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        await churn.StopAsync();
        await fleet.DisposeAsync();
        api.Dispose();
    }

    [Test]
    public async Task Stored_pods_are_the_server_s_whatever_breaks()
    {
        PhaseRow.PrintHeader();
        await RunAsync("nothing breaks", () => Task.Delay(Steady));
        await RunAsync("leader killed (SIGKILL)", KillLeaderAsync);
        await RunAsync("leader frozen 15 s (SIGSTOP)", () => FreezeLeaderAsync(TimeSpan.FromSeconds(15), isReplaced: false));
        await RunAsync("leader frozen 45 s (SIGSTOP)", () => FreezeLeaderAsync(TimeSpan.FromSeconds(45), isReplaced: true));
        await RunAsync("API server away, etcd compacted", RestartServerAsync);
        await RunAsync("leader killed, etcd being compacted", () => CompactAsync(KillLeaderAsync()));

        PhaseRow.Print(FormattableString.Invariant(
            $"{real} real manifests; {fleet.ListsWithoutPages} lists without pages, {fleet.Resumptions} watches resumed; {took.Elapsed.TotalSeconds:0} seconds"));
        await File.WriteAllLinesAsync(Path.Combine(TestDatabase.Root, ".local", "kubernetes-mistakes.txt"), mistakes);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(mistakes.Count, Is.Zero, () => $"all of them are in .local/kubernetes-mistakes.txt:\n{string.Join('\n', mistakes.Take(10))}");
            Assert.That(asked.Sum(those => those.Asked), Is.GreaterThanOrEqualTo(10_000));
            Assert.That(asked.Sum(those => those.Knowable), Is.GreaterThan(asked.Sum(those => those.Asked) / 2), "few questions had to be answered");
        }
    }

    /// <summary>Lets pods come and go while something breaks, compares at rest, and asks about what was.</summary>
    private async Task RunAsync(string phase, Func<Task> breaks)
    {
        (int changes, int events, int leaders, int starts, int expired) = (churn.Changes, await fleet.EventsAsync(), fleet.Leaders, fleet.ListsFor("start"), fleet.ListsFor("expired"));
        DateTime since = DateTime.UtcNow;
        churn.Start();
        await breaks();
        await churn.StopAsync();

        DateTime until = DateTime.UtcNow;
        StoredPods stored = new(fleet.Http, api, journal);
        string[] differences;
        while ((differences = await stored.DifferencesAsync()).Length > 0 && DateTime.UtcNow - until < LongestToRest)
        {
            await Task.Delay(200);
        }

        TimeSpan toRest = DateTime.UtcNow - until;
        PastQuestions questions = new(fleet.Http, journal, since, until);
        await questions.AskAsync(Questions, random);
        mistakes.AddRange(questions.Wrong.Select(mistake => $"{phase}: {mistake}"));
        mistakes.AddRange(differences.Select(difference => $"{phase}, at rest: {difference}"));
        asked.Add((questions.Asked, questions.Knowable));
        new PhaseRow(
            phase,
            (await api.ListAsync("/api/v1/pods")).Length,
            churn.Changes - changes,
            await fleet.EventsAsync() - events,
            fleet.Leaders - leaders,
            fleet.ListsFor("start") - starts,
            fleet.ListsFor("expired") - expired,
            toRest,
            questions).Print();
    }

    private async Task KillLeaderAsync()
    {
        ServiceProcess leader = await fleet.LeaderAsync();
        int lists = fleet.Lists;
        DateTime from = DateTime.UtcNow;
        await fleet.KillAsync(leader);
        await UntilListedAsync(lists);
        journal.Add(new Gap(from, DateTime.UtcNow + CatchUp));
        await fleet.StartAsync();
        await Task.Delay(Steady);
    }

    private async Task FreezeLeaderAsync(TimeSpan time, bool isReplaced)
    {
        ServiceProcess leader = await fleet.LeaderAsync();
        int lists = fleet.Lists;
        DateTime from = DateTime.UtcNow;
        Signals.Send("STOP", leader.Id);
        Task thaw = ThawAsync();
        if (isReplaced)
        {
            await UntilListedAsync(lists);
            journal.Add(new Gap(from, DateTime.UtcNow + CatchUp));
        }

        await thaw;
        if (!isReplaced)
        {
            journal.Add(new Gap(from, DateTime.UtcNow + CatchUp));
        }

        await Task.Delay(Steady);

        async Task ThawAsync()
        {
            await Task.Delay(time);
            Signals.Send("CONT", leader.Id);
        }
    }

    private async Task RestartServerAsync()
    {
        await Task.Delay(Steady / 2);
        await churn.StopAsync();
        (int lists, int resumptions) = (fleet.Lists, fleet.Resumptions);
        DateTime from = DateTime.UtcNow;
        await api.CompactAsync();
        await api.StopAsync();
        await Task.Delay(Steady / 2);
        await api.StartAsync();
        churn.Start();
        await Wait.UntilAsync(() => Task.FromResult(fleet.Lists > lists || fleet.Resumptions > resumptions), () => fleet.Output);
        await Task.Delay(CatchUp);
        journal.Add(new Gap(from, DateTime.UtcNow));
        await Task.Delay(Steady);
    }

    /// <summary>Compacts again and again while something happens.</summary>
    private async Task CompactAsync(Task meanwhile)
    {
        while (!meanwhile.IsCompleted)
        {
            await api.CompactAsync();
            await Task.Delay(100);
        }

        await meanwhile;
    }

    private Task UntilListedAsync(int before) => Wait.UntilAsync(() => Task.FromResult(fleet.Lists > before), () => fleet.Output);
}
