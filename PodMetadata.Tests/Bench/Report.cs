using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PodMetadata.Tests.Bench;

/// <summary>What scripts/bench prints, as a table, as JSON and as a picture, in .local/bench.</summary>
internal sealed class Report
{
    private const string Header = """
        part        | request                   |    pods | conn. | requests/s | p50 ms | p99 ms | CPU s/1,000: service | database | WAL B/request | full pages | peak MiB | bare/s | CPU s/1,000 | plain/s
        ------------|---------------------------|--------:|------:|-----------:|-------:|-------:|---------------------:|---------:|--------------:|-----------:|---------:|-------:|------------:|-------:

        """;

    private const string GoalHeader = """
        goal                                                 | measured |   limit |
        -----------------------------------------------------|---------:|--------:|--------

        """;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly List<Run> runs = [];

    private readonly List<Goal> goals = [];

    /// <summary>Where everything of the benchmark is.</summary>
    public static string Folder { get; } = Path.Combine(TestDatabase.Root, ".local", "bench");

    /// <summary>The file of bodies that work.lua reads.</summary>
    public static string Bodies { get; } = Path.Combine(Folder, "bodies.ndjson");

    public void Add(Run run) => runs.Add(run);

    public void Add(Goal goal) => goals.Add(goal);

    /// <summary>A work's runs, one a round.</summary>
    public Run[] Runs(string part, string driver, string work, int pods, int connections) =>
        [.. runs.Where(run => run.IsOf(part, driver, work, pods, connections))];

    /// <summary>Writes it all.</summary>
    /// <param name="settings">How it was measured, in a line.</param>
    public void Write(string settings)
    {
        Run[] medians = [.. runs.GroupBy(run => (run.Part, run.Driver, run.Work, run.Pods, run.Connections)).Select(group => Run.Median([.. group]))];
        StringBuilder table = new($"{settings}\n\n{Header}");
        foreach (Run run in medians.Where(run => run.Driver == Run.Service))
        {
            table.Append(Row(run, Beside(Run.Bare), Beside(Run.Plain)));
            Run? Beside(string driver) => medians.FirstOrDefault(other => other.IsOf(run.Part, driver, run.Work, run.Pods, run.Connections));
        }

        table.Append('\n').Append(GoalHeader);
        foreach (Goal goal in goals)
        {
            table.Append(Row(goal));
        }

        File.WriteAllText(Path.Combine(Folder, "bench.txt"), table.ToString());
        File.WriteAllText(Path.Combine(Folder, "bench.json"), JsonSerializer.Serialize(new { settings, goals, medians, runs }, Json));
        File.WriteAllText(Path.Combine(Folder, "bench.svg"), Chart.Draw([.. goals.Where(goal => goal.Limit is not null)]));
    }

    private static string Row(Run run, Run? bare, Run? plain) => string.Create(
        CultureInfo.InvariantCulture,
        $"{run.Part,-11} | {run.Work,-25} | {run.Pods,7:#,0} | {run.Connections,5} | {Rate(run.Rate),10} | {Text(run.P50, "0.00"),6} | {Text(run.P99, "0.0"),6} | "
        + $"{Text(run.ServiceCpu, "0.000"),20} | {Text(run.DatabaseCpu, "0.000"),8} | {Text(run.Wal, "#,0"),13} | {Text(run.Pages, "#,0"),10} | "
        + $"{Text(run.Peak, "0"),8} | {Rate(bare?.Rate),6} | {Text(bare?.ServiceCpu, "0.000"),11} | {Rate(plain?.Rate),7}\n");

    private static string Row(Goal goal)
    {
        string what = goal.Unit.Length > 0 ? $"{goal.What}, {goal.Unit}" : goal.What;
        string limit = goal.Limit is null ? "" : (goal.AtLeast is null ? "<= " : ">= ") + Text(goal.Limit, "0.##");
        string met = goal.IsMet switch { true => "met", false => "not met", null => "" };
        return string.Create(CultureInfo.InvariantCulture, $"{what,-52} | {Text(goal.Value, "0.00"),8} | {limit,7} | {met}\n");
    }

    private static string Rate(double? rate) => Text(rate, rate < 100 ? "0.00" : "#,0");

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
