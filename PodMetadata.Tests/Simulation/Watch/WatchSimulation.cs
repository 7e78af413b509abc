using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using PodMetadata.Tests.Faults;
using PodMetadata.Tests.Kubernetes;

namespace PodMetadata.Tests.Simulation.Watch;

/// <summary>Lets a simulated cluster live in the fake API server, while instances of the service watch it and things go wrong. Whenever all is at rest
/// it compares what is stored with the cluster, asks who has an IP and who had it, and counts how right the answers are.</summary>
internal sealed class WatchSimulation : IAsyncDisposable
{
    private const int Questions = 300;

    private const int QuestionsAtOnce = 60;

    private const int StepsBetweenTroubles = 75;

    private const int TroublesBetweenRests = 5;

    private const int GapSteps = 300;

    private static readonly TimeSpan Gap = TimeSpan.FromHours(1);

    // A shorter pause of the watch is none.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(5);

    private readonly Random random;

    private readonly FakeApiServer server;

    private readonly SimDatabase database;

    private readonly SimInstances instances;

    private readonly SimClock clock = new();

    private readonly WatchOracle oracle = new();

    private readonly KubeCluster cluster;

    private readonly Dictionary<string, int> happened = [];

    private readonly List<string> mistakes = [];

    private long synced;

    private int lists;

    private int canaries;

    private DateTime? troubledSince;

    private (DateTime From, DateTime To) pause;

    private WatchSimulation(FakeApiServer server, string connectionString, Cluster? postgres, int seed)
    {
        random = new Random(seed);
        this.server = server;
        database = new SimDatabase(connectionString);
        instances = new SimInstances(database, server.KubeconfigPath);
        cluster = new KubeCluster(server, clock, oracle, random);
        Troubles = new SimTroubles(server, instances, database, postgres, random);
    }

    public Tally Tally { get; } = new();

    public SimTroubles Troubles { get; }

    public SimDatabase Database => database;

    public FakeApiServer Server => server;

    /// <summary>An hour in which no instance runs, while the cluster lives on.</summary>
    public Trouble Hour => new("an hour without a watcher", SkipAsync);

    /// <summary>Wrong answers, missed ones that were knowable, and stored pods that are not those of the cluster.</summary>
    public IReadOnlyList<string> Mistakes => mistakes;

    /// <summary>How many of the mistakes are answers.</summary>
    public int WrongAnswers { get; private set; }

    /// <summary>Starts the API server and the instances, and returns when the cluster's pods are stored.</summary>
    public static async Task<WatchSimulation> StartAsync(string connectionString, Cluster? postgres, int seed, int quietPods)
    {
        WatchSimulation simulation = new(await FakeApiServer.StartAsync(), connectionString, postgres, seed);
        simulation.instances.Start();
        await simulation.instances.WaitUntilReadyAsync();
        simulation.instances.Start();
        simulation.cluster.Populate(quietPods);
        await simulation.SyncAsync();
        return simulation;
    }

    /// <summary>Lives for some steps, and longer until all is at rest. The troubles come in turn.</summary>
    public async Task RunAsync(int steps, IReadOnlyList<Trouble> troubles)
    {
        int end = cluster.Steps + steps;
        for (int i = 0; cluster.Steps < end; i++)
        {
            await LiveAsync(random.Next(StepsBetweenTroubles));
            if (random.Next(2) == 0)
            {
                await SyncAsync();
            }

            await CauseAsync(troubles[i % troubles.Count]);
            if (i % TroublesBetweenRests == TroublesBetweenRests - 1)
            {
                await RestAsync();
            }
        }

        await RestAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await instances.DisposeAsync();
        await server.DisposeAsync();
    }

    public override string ToString()
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{cluster.Steps} steps, {oracle.Pods.Count} stays, {oracle.Gaps} gaps, {mistakes.Count} mistakes, {WrongAnswers} of them answers");
        text.Append(Tally);
        text.AppendLine(string.Join(", ", happened.OrderBy(trouble => trouble.Key, StringComparer.Ordinal).Select(trouble => $"{trouble.Key}: {trouble.Value}")));
        return text.ToString();
    }

    private async Task CauseAsync(Trouble trouble)
    {
        happened[trouble.Name] = happened.GetValueOrDefault(trouble.Name) + 1;
        troubledSince ??= clock.Now < pause.To ? pause.From : clock.Now;
        await trouble.Begin();
        await LiveAsync(trouble.Steps / 2 + random.Next(1 + (trouble.Steps / 2)));
        if (trouble.End is not null)
        {
            await trouble.End();
        }
    }

    private async Task LiveAsync(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            Task pace = Task.Delay(KubeCluster.Pace);
            cluster.Step();
            await pace;
        }
    }

    /// <summary>Lives until something is so; it must be within two minutes.</summary>
    private async Task LiveUntilAsync(Func<Task<bool>> condition, string what, Action step)
    {
        DateTime limit = DateTime.UtcNow.AddMinutes(2);
        while (!await IsAsync(condition))
        {
            Assert.That(DateTime.UtcNow, Is.LessThan(limit), () => $"not within two minutes: {what}\n{this}\n{instances.Output}");
            for (int i = 0; i < 3; i++)
            {
                Task pace = Task.Delay(KubeCluster.Pace);
                step();
                await pace;
            }
        }
    }

    private static async Task<bool> IsAsync(Func<Task<bool>> condition)
    {
        try
        {
            return await condition();
        }
        catch (NpgsqlException)
        {
            return false; // the database is in trouble
        }
    }

    /// <summary>Lives until everything before now is stored: a pod comes and goes, and both are stored. If there was a list meanwhile, there is a gap.</summary>
    private async Task SyncAsync(Action? step = null)
    {
        step ??= () => cluster.Step();
        string name = $"canary-{++canaries}";
        JsonObject canary = FakePods.Pending("kube-system", name, clock.Wire);
        canary.Schedule("node-0", clock.Wire);
        canary.Run("10.255.0.1", clock.Wire);
        server.Put(canary);
        await LiveUntilAsync(() => database.IsLiveAsync(name), "a new pod is stored", step);
        long version = server.Delete("kube-system", name).Version;
        await LiveUntilAsync(async () => !await database.IsLiveAsync(name), "a deleted pod is stored as dead", step);
        int listed = server.Count(FakeRequests.List);
        if (listed > lists)
        {
            oracle.AddGap(synced, version);
        }

        (synced, lists) = (version, listed);
        AddPause();
    }

    /// <summary>Until now, events may have come late since the trouble began. What arrives after a pause may be of any time in it for a quarter of its
    /// length more, at least as long as <see cref="ShortestPause"/>.</summary>
    private void AddPause()
    {
        if (troubledSince is { } from && clock.Now - from is var length && length > ShortestPause)
        {
            TimeSpan more = length / 4 > ShortestPause ? length / 4 : ShortestPause;
            pause = (from, clock.Now + more + WatchOracle.Tie);
            oracle.AddPause(pause.From, pause.To);
        }

        troubledSince = null;
    }

    private async Task SkipAsync()
    {
        await SyncAsync();
        await instances.KillAllAsync();
        await Wait.UntilAsync(async () => await database.WatcherAsync() is null);
        await database.SkipAsync(Gap, cluster.Skip(Gap));
        for (int i = 0; i < GapSteps; i++)
        {
            clock.Move(Gap / (GapSteps + 1));
            cluster.Step();
        }

        clock.Release();
        troubledSince = clock.Now;
        instances.Start();
        instances.Start();
    }

    /// <summary>Waits until all is stored and nothing is about to happen, and judges.</summary>
    private async Task RestAsync()
    {
        server.ClearFaults();
        await SyncAsync(() => cluster.Step(isSettling: true));
        await LiveUntilAsync(() => Task.FromResult(cluster.IsSettled), "the cluster settles", () => cluster.Step(isSettling: true));
        await SyncAsync(() => { });
        await instances.WaitUntilReadyAsync();
        foreach ((string name, string difference) in await database.DifferencesAsync(server, cluster.Pods, clock))
        {
            mistakes.Add($"{difference}\n{cluster.Story(pod => pod.Key.Name == name)}\n{await database.StoryAsync("pod_name", name)}");
        }

        Question[] now = [.. oracle.Pods.Where(pod => pod.Workload.Kind != "pod").Select(pod => pod.Stay!.Ip).Distinct().Select(ip => new Question(ip, null))];
        Question[] then = [.. Enumerable.Range(0, Questions).Select(_ => AnyQuestion())];
        foreach (Question[] questions in now.Concat(then).Chunk(QuestionsAtOnce))
        {
            Question[] onWire = Array.ConvertAll(questions, question => question with { At = question.At is { } at ? clock.OnWire(at) : null });
            Answer[] answers = await instances.Client.ResolveAsync(onWire);
            for (int i = 0; i < questions.Length; i++)
            {
                await JudgeAsync(questions[i], answers[i]);
            }
        }
    }

    /// <summary>A moment within a stay, near one of its ends, or after it.</summary>
    private Question AnyQuestion()
    {
        IReadOnlyList<KubePod> pods = oracle.Pods;
        KubePod pod = pods[random.Next(3) == 0 ? random.Next(pods.Count) : Math.Max(0, pods.Count - 1 - random.Next(400))];
        DateTime now = clock.Now;
        DateTime end = pod.Stay!.To ?? now;
        DateTime at = random.Next(5) switch
        {
            < 2 => pod.Stay.From + Part(end - pod.Stay.From),
            2 => end + Part(TimeSpan.FromSeconds(16)) - TimeSpan.FromSeconds(8),
            3 => end + Part(TimeSpan.FromMinutes(5)),
            _ => end + Part(Gap),
        };
        return new Question(pod.Stay.Ip, at < now ? at : now);
    }

    private TimeSpan Part(TimeSpan time) => TimeSpan.FromMicroseconds(Math.Floor(time.TotalMicroseconds * random.NextDouble()));

    private async Task JudgeAsync(Question question, Answer answer)
    {
        DateTime at = question.At ?? clock.Now;
        HashSet<PodKey> holders = oracle.Holders(question.Ip, at);
        bool isKnowable = question.At is null || oracle.Knows(question.Ip, at);
        Verdict verdict = question.At is null ? answer.Judge(holders) : oracle.Judge(question, answer, SimInstances.Skew);
        KubePod? listed = cluster.Pods.FirstOrDefault(pod => pod.Stay?.Ip == question.Ip);
        Answer naive = listed is null ? new Answer("unknown", null) : new Answer("unique", listed.Key);
        Tally.Count(question.At is null ? Tally.Now : Tally.Then, isKnowable, verdict, naive.Judge(holders));
        if (verdict == Verdict.Wrong || (question.At is null && verdict != Verdict.Right))
        {
            WrongAnswers++;
            mistakes.Add($"{question with { At = clock.OnWire(at) }}{(question.At is null ? " (now)" : "")} was answered {answer}, but it was "
                + $"{(holders.Count == 0 ? "nobody" : string.Join(" and ", holders))}, in the cluster's time at {at:HH:mm:ss.ff}{(isKnowable ? ", knowable" : "")}\n"
                + $"{oracle.Story(question.Ip)}\n{await database.StoryAsync("pod_ip", question.Ip)}\n{cluster.Story(pod => pod.Stay?.Ip == question.Ip)}");
        }
    }
}
