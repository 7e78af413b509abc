using PodMetadata.Tests.Faults;
using PodMetadata.Tests.Kubernetes;

namespace PodMetadata.Tests.Simulation.Watch;

/// <summary>Something that goes wrong while the cluster lives on.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Begin">Causes it.</param>
/// <param name="Steps">How long it lasts, at most.</param>
/// <param name="End">Ends it; null when it ends by itself.</param>
internal sealed record Trouble(string Name, Func<Task> Begin, int Steps = 0, Func<Task>? End = null);

/// <summary>What can go wrong with the watch of the fake API server, its client, and its database.</summary>
internal sealed class SimTroubles(FakeApiServer server, SimInstances instances, SimDatabase database, Cluster? cluster, Random random)
{
    /// <summary>All but what takes very long.</summary>
    public IEnumerable<Trouble> All =>
    [
        Api("watch cut", server.CutWatches),
        Api("watch ended", server.EndWatches),
        Api("line cut", () => server.Add(FakeFault.CutLine(random.Next(4000)), FakeRequests.Watch, times: 2)),
        Api("character cut", () => server.Add(FakeFault.CutLineInCharacter(), FakeRequests.Watch, times: 2)),
        Api("line unreadable", () => server.Add(FakeFault.Garbage(), FakeRequests.Watch, times: 1)),
        Api("version forgotten", () => Forget(isStatus: false)),
        Api("version forgotten, as a status", () => Forget(isStatus: true)),
        Api("page forgotten", () =>
        {
            server.Add(FakeFault.Status(410), FakeRequests.Page, times: 1);
            Forget(isStatus: false);
        }),
        Api("list cut", () =>
        {
            server.Add(FakeFault.CutAfter(random.Next(1_000_000)), FakeRequests.List | FakeRequests.Page, times: 2);
            server.Add(FakeFault.CutInCharacter(), FakeRequests.List, times: 1);
            Forget(isStatus: false);
        }),
        Lasting("too many requests", FakeFault.Status(429, retryAfter: 1)),
        Lasting("internal errors", FakeFault.Status(500)),
        Lasting("unavailable", FakeFault.Status(503)),
        Lasting("a proxy's page", FakeFault.Html(502)),
        Lasting("a proxy's page with 200", FakeFault.Html(200)),
        Lasting("watches that end at once", FakeFault.Nothing()),
        Lasting("requests that hang", FakeFault.Hang()),
        Lasting("silence", FakeFault.Silence(), isCut: false),
        Lasting("slow drip", FakeFault.Drip(4000)),
        new("API server away", server.PauseAsync, 100, server.ResumeAsync),
        Api("token renewed", () =>
        {
            server.RotateToken();
            server.CutWatches();
        }),
        new("watch forbidden", () => Do(() =>
        {
            server.Deny("watch", "pods");
            server.CutWatches();
        }), 100, () => Do(() => server.Allow("watch", "pods"))),
        new("session terminated", database.TerminateWatcherAsync),
        new("all sessions terminated", database.TerminateAllAsync),
        new("watcher killed", instances.KillWatcherAsync),
        .. cluster is null ? [] : new Trouble[] { new("database frozen", cluster.FreezeAsync, 400, cluster.ThawAsync) },
    ];

    /// <summary>An instance that is frozen until the server has ended its session, and then goes on.</summary>
    public Trouble Freeze => new("watcher frozen", instances.FreezeWatcherAsync, 2000, instances.ThawAsync);

    /// <summary>A watch that is cut and goes on a few events later, as one whose cursor had moved before what was read was written.</summary>
    public Trouble CutAndSkip => new(
        "events skipped after a cut",
        () => Do(() =>
        {
            server.CutWatches();
            server.Add(FakeFault.Swallow(), FakeRequests.Watch, times: 20);
        }),
        200);

    private static Trouble Api(string name, Action begin) => new(name, () => Do(begin));

    private Trouble Lasting(string name, FakeFault fault, bool isCut = true) => new(
        name,
        () => Do(() =>
        {
            server.Add(fault, FakeRequests.List | FakeRequests.Page | FakeRequests.Watch);
            if (isCut)
            {
                server.CutWatches();
            }
        }),
        200,
        async () =>
        {
            server.ClearFaults();
            await server.PauseAsync(); // so that what hangs ends
            await server.ResumeAsync();
        });

    private void Forget(bool isStatus)
    {
        server.AnswersGone = isStatus;
        server.Compact();
        server.CutWatches();
    }

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
