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
