using PodMetadata.Tests.Faults;

namespace PodMetadata.Tests.Bench;

/// <summary>Measures the service against its database; scripts/bench runs the parts, which are the categories. A goal that is missed is a result and
/// fails nothing; a wrong answer does.</summary>
[Category("Bench")]
public abstract class BenchFixture
{
    internal const int Rounds = 3;

    private protected const int Connections = 32;
    private protected const int Seconds = 3;
    private protected const int Standard = 10_000;
    private protected const int Smallest = 1_000;
    private protected const int Largest = 100_000;
    private protected const int WholeClusterPods = 150_000;

    private protected const string Long = "It takes minutes and the whole machine: scripts/bench runs it.";

    private protected readonly Report report = BenchSetup.Report;

    private protected readonly Cluster cluster = BenchSetup.Cluster;

    private protected static Manifest[] Manifests => BenchSetup.Manifests;

    [OneTimeSetUp]
    public Task PrepareAsync() => BenchSetup.PrepareAsync();

    private protected static Task<Subject> SubjectAsync(int pods) => BenchSetup.SubjectAsync(pods);

    private protected static async Task RoundsAsync(string part, Func<int, Task> round)
    {
        for (int i = 1; i <= Rounds; i++)
        {
            await TestContext.Progress.WriteLineAsync($"{part}: round {i} of {Rounds}");
            await round(i);
        }
    }

    /// <summary>Measures in this order in one round, and the other way round in the next, so that neither gains by its turn.</summary>
    private protected async Task InTurnAsync(int round, params IEnumerable<Func<Task<Run>>> measures)
    {
        foreach (Func<Task<Run>> measure in round % 2 == 0 ? measures.Reverse() : measures)
        {
            report.Add(await measure());
        }
    }
}
