using System.Globalization;
using PodMetadata.Tests.Faults;

namespace PodMetadata.Tests.Simulation.Watch;

/// <summary>Instances of the service watch a simulated cluster while things go wrong. The controls break the service on purpose, to show that the
/// simulation would see it. What happens is the seed's; when, is the machine's.</summary>
[Parallelizable] // its instances are processes
public sealed class WatchSimulationTests
{
    private const int QuietPods = 520; // more than a page

    [Test]
    public async Task A_watch_is_right_about_what_it_saw_and_silent_about_what_it_missed()
    {
        await using WatchSimulation simulation = await WatchSimulation.StartAsync(await TestDatabase.CreateAsync(), null, seed: 1, QuietPods);
        await simulation.RunAsync(150, [Named(simulation, "watch cut"), Named(simulation, "version forgotten"), simulation.Hour]);
        await JudgeAsync(simulation, seed: 1);
    }

    [Test, Explicit("takes minutes; scripts/simulate runs it")]
    public async Task Whatever_goes_wrong_a_watch_is_right_about_what_it_saw()
    {
        int seed = Setting("SIMULATE_SEED", 1);
        Cluster cluster = new("simulation");
        await cluster.StartAsync();
        try
        {
            await using WatchSimulation simulation = await WatchSimulation.StartAsync(cluster.ConnectionString, cluster, seed, QuietPods);
            Trouble[] deck = [.. simulation.Troubles.All, .. simulation.Troubles.All, simulation.Troubles.Freeze, .. Enumerable.Repeat(simulation.Hour, 3)];
            new Random(seed).Shuffle(deck);
            await simulation.RunAsync(Setting("SIMULATE_STEPS", 5000), deck);
            await JudgeAsync(simulation, seed);
        }
        finally
        {
            await cluster.ThawAsync();
            await cluster.RemoveAsync();
        }
    }

    [Test, Explicit("takes a minute; scripts/simulate runs it")]
    public Task A_simulation_without_the_sweep_finds_wrong_answers() => FindMistakesAsync(
        "without the sweep",
        PodGone("SELECT gone_at IS NOT NULL AND pod_gone_as_it_was(name_gone, namespace_gone, gone_at)"),
        simulation => [Named(simulation, "version forgotten"), simulation.Hour, Named(simulation, "watch cut")]);

    [Test, Explicit("takes a minute; scripts/simulate runs it")]
    public Task A_simulation_in_which_a_stay_ends_when_that_is_noticed_finds_wrong_answers() => FindMistakesAsync(
        "with the time of detection as end",
        PodGone("SELECT pod_gone_as_it_was(name_gone, namespace_gone, (clock_timestamp() AT TIME ZONE 'UTC')::timestamp)"),
        simulation => [Named(simulation, "version forgotten"), simulation.Hour, Named(simulation, "watch cut")]);

    [Test, Explicit("takes a minute; scripts/simulate runs it")]
    public Task A_simulation_in_which_events_are_lost_as_by_a_cursor_that_moves_before_the_commit_finds_wrong_answers() => FindMistakesAsync(
        "with the cursor moved before the commit", null, simulation => [simulation.Troubles.CutAndSkip]);

    /// <summary>Breaks the service on purpose, from outside.</summary>
    private static async Task FindMistakesAsync(string how, string? sql, Func<WatchSimulation, Trouble[]> troubles)
    {
        await using WatchSimulation simulation = await WatchSimulation.StartAsync(await TestDatabase.CreateAsync(), null, seed: 1, QuietPods);
        if (sql is not null)
        {
            await simulation.Database.SqlAsync(sql);
        }

        await simulation.RunAsync(1000, troubles(simulation));
        string report = $"{how}: {simulation}";
        await File.WriteAllTextAsync(Path.Combine(TestDatabase.Root, ".local", $"watch-simulation-{how.Replace(' ', '-')}.txt"), report);
        await TestContext.Out.WriteAsync(report);
        Assert.That(simulation.WrongAnswers, Is.Positive, how);
    }

    /// <summary>Gives the function that ends stays another body, which can call what it was. It remains the same function to prepared statements.</summary>
    private static string PodGone(string body) => $"""
        DO $do$ BEGIN
            EXECUTE replace(pg_get_functiondef('pod_gone(text, text, timestamp)'::regprocedure), 'pod_gone(', 'pod_gone_as_it_was(');
        END $do$;
        CREATE OR REPLACE FUNCTION pod_gone(name_gone text, namespace_gone text, gone_at timestamp) RETURNS boolean LANGUAGE sql AS $$ {body} $$
        """;

    private static async Task JudgeAsync(WatchSimulation simulation, int seed)
    {
        string report = $"seed {seed}, {simulation}";
        await File.WriteAllTextAsync(Path.Combine(TestDatabase.Root, ".local", "watch-simulation.txt"), report);
        await File.WriteAllLinesAsync(Path.Combine(TestDatabase.Root, ".local", "watch-simulation-mistakes.txt"), simulation.Mistakes);
        await TestContext.Out.WriteAsync(report);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(simulation.Mistakes.Take(5), Is.Empty, $"seed {seed}");
            Assert.That(simulation.Tally.Asked(Tally.Then), Is.GreaterThan(50), "too few questions about then were knowable");
            Assert.That(await simulation.Database.SqlAsync(Leases.CountOverlaps), Is.Zero, "leases of one pod overlap");
        }
    }

    private static Trouble Named(WatchSimulation simulation, string name) => simulation.Troubles.All.Single(trouble => trouble.Name == name);

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
