using System.Globalization;
using PodMetadata.Tests.Faults;

namespace PodMetadata.Tests.Bench;

/// <summary>What all parts of a run share: one PostgreSQL, the subjects in it, and one report.</summary>
[SetUpFixture]
public sealed class BenchSetup
{
    private const string Settings = "-c max_connections=400 -c shared_buffers=2GB -c max_wal_size=4GB -c checkpoint_timeout=1h -c autovacuum=off";

    private static readonly Dictionary<int, Subject> Subjects = [];

    internal static Report Report { get; } = new();

    internal static Cluster Cluster { get; } = new("bench", Settings);

    internal static Manifest[] Manifests { get; private set; } = [];

    /// <summary>The subject of so many pods, which the parts that ask for it share.</summary>
    internal static async Task<Subject> SubjectAsync(int pods)
    {
        if (!Subjects.TryGetValue(pods, out Subject? subject))
        {
            await TestContext.Progress.WriteLineAsync($"storing {pods:#,0} pods and warming up");
            subject = Subjects[pods] = await Subject.StartAsync(Cluster, pods, Manifests);
        }

        return subject;
    }

    /// <summary>Starts what the parts share, for the first of them. NUnit would do so in a set-up method here even when it runs none of them.</summary>
    internal static async Task PrepareAsync()
    {
        if (Manifests.Length > 0)
        {
            return;
        }

        Manifests = await Bench.Manifests.ReadAsync();
        await File.WriteAllLinesAsync(Report.Bodies, Manifests.Select(manifest => manifest.Body));
        await Cluster.StartAsync();
        await Cluster.SqlAsync("CREATE EXTENSION pg_walinspect");
    }

    [OneTimeTearDown]
    public static async Task EndAsync()
    {
        if (Manifests.Length == 0)
        {
            return;
        }

        try
        {
            Report.Write(await DescribeAsync());
        }
        finally
        {
            foreach (Subject subject in Subjects.Values)
            {
                await subject.DisposeAsync();
            }

            await Cluster.RemoveAsync();
        }
    }

    /// <summary>How it was measured.</summary>
    private static async Task<string> DescribeAsync()
    {
        int[] sizes = [.. Manifests.Select(manifest => manifest.Json.Length).Order()];
        object version = (await Cluster.SqlAsync("SHOW server_version"))!;
        object sync = (await Cluster.SqlAsync("SHOW fsync"))!;
        return string.Create(CultureInfo.InvariantCulture, $"""
            medians of {BenchFixture.Rounds} rounds, in every other one the other way round, ratios those of a round; {sizes.Length:#,0} manifests: median {sizes[sizes.Length / 2]:#,0}, 95th percentile {sizes[sizes.Length * 95 / 100]:#,0}, largest {sizes[^1]:#,0} bytes
            {Environment.ProcessorCount} cores; PostgreSQL {version}, fsync {sync}, {Settings}
            bare: a service without layers on a plain table; plain: pgbench with a single-row statement on that table, prepared, the best of 8, 16 and 32 clients
            every 25th transaction of a pgbench client that posts takes another manifest first, with a SELECT: pgbench reads no files, and a SELECT each time would slow it more
            writes take pods far apart, in one order for both; lookups any
            before each run of writes VACUUM ANALYZE, and where they are compared CHECKPOINT; full pages: the bytes a request of page images, which a checkpoint causes and the WAL column leaves out
            """);
    }
}
