using System.Globalization;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Simulation;

/// <summary>A simulated cluster drives the service. The seed is always the same in the short run; scripts/simulate takes another each time.
/// What is asked is the seed's; when it arrives is the machine's.</summary>
[Parallelizable]
public sealed class SimulationTests
{
    // So that an answer is "nearest" only just beside a lease, and else must be right.
    private static readonly Dictionary<string, string?> Settings = new() { ["Resolution:ClockSkew"] = "00:00:02" };

    [Test]
    public Task Who_has_an_ip_and_who_had_it_is_answered_rightly_wherever_it_is_knowable() => RunAsync(steps: 1000, pods: 1000, seed: 1);

    [Test, Explicit("takes minutes; scripts/simulate runs it")]
    public Task Whatever_thousands_of_pods_do_what_is_knowable_is_answered_rightly() =>
        RunAsync(Setting("SIMULATE_STEPS", 5000), pods: 4000, Setting("SIMULATE_SEED", 1));

    private static async Task RunAsync(int steps, int pods, int seed)
    {
        await using Service service = await Service.StartAsync(settings: Settings);
        Simulation simulation = new(service.Http, seed);
        await simulation.RunAsync(steps, pods);
        string report = $"{steps} steps, seed {seed}, {simulation.Mistakes.Count} mistakes\n{simulation.Tally}";
        await File.WriteAllTextAsync(Path.Combine(TestDatabase.Root, ".local", "simulation.txt"), report);
        await TestContext.Out.WriteAsync(report);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(simulation.Mistakes.Take(5), Is.Empty, $"seed {seed}");
            Assert.That(simulation.Tally.Asked(Tally.Now), Is.GreaterThan(steps / 4), "too few questions about now were knowable");
            Assert.That(simulation.Tally.Asked(Tally.Then), Is.GreaterThan(steps / 4), "too few questions about then were knowable");
            Assert.That(await service.SqlAsync(Leases.CountOverlaps), Is.Zero, "leases of one pod overlap");
        }
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
