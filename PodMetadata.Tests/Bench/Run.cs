namespace PodMetadata.Tests.Bench;

/// <summary>What one run measured, or the median of several.</summary>
/// <param name="Part">The part of the benchmark it belongs to.</param>
/// <param name="Driver">What was driven: the service, the bare service, the plain table, or the database by itself.</param>
/// <param name="Work">The kind of request.</param>
/// <param name="Pods">How many pods were stored.</param>
/// <param name="Connections">How many connections drove it.</param>
/// <param name="Rate">Requests a second.</param>
internal sealed record Run(string Part, string Driver, string Work, int Pods, int Connections, double Rate)
{
    public const string Service = "service";

    public const string Database = "database";

    public const string Bare = "bare";

    public const string Plain = "plain";

    /// <summary>Half of the requests were answered within these milliseconds.</summary>
    public double? P50 { get; init; }

    /// <summary>99 of 100 requests were answered within these milliseconds.</summary>
    public double? P99 { get; init; }

    /// <summary>CPU seconds of the service, or of the bare one, for 1,000 requests.</summary>
    public double? ServiceCpu { get; init; }

    /// <summary>CPU seconds of the database for 1,000 requests.</summary>
    public double? DatabaseCpu { get; init; }

    /// <summary>Bytes of write-ahead log for a request, without images of full pages.</summary>
    public double? Wal { get; init; }

    /// <summary>Bytes of images of full pages in the write-ahead log for a request; they depend on when the last checkpoint was.</summary>
    public double? Pages { get; init; }

    /// <summary>The service's largest resident memory meanwhile, in MiB.</summary>
    public double? Peak { get; init; }

    public bool IsOf(string part, string driver, string work, int pods, int connections) =>
        (Part, Driver, Work, Pods, Connections) == (part, driver, work, pods, connections);

    public static Run Median(IReadOnlyList<Run> runs) => runs[0] with
    {
        Rate = Middle(runs.Select(run => run.Rate)),
        P50 = Middle(runs, run => run.P50),
        P99 = Middle(runs, run => run.P99),
        ServiceCpu = Middle(runs, run => run.ServiceCpu),
        DatabaseCpu = Middle(runs, run => run.DatabaseCpu),
        Wal = Middle(runs, run => run.Wal),
        Pages = Middle(runs, run => run.Pages),
        Peak = Middle(runs, run => run.Peak),
    };

    /// <summary>The median of what runs are of others, each of the one of its round.</summary>
    public static double Ratio(IEnumerable<Run> runs, IEnumerable<Run> others, Func<Run, double> value) =>
        Middle(runs.Zip(others, (run, other) => value(run) / value(other)));

    public static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static double? Middle(IReadOnlyList<Run> runs, Func<Run, double?> value) => value(runs[0]) is null ? null : Middle(runs.Select(run => value(run)!.Value));
}
