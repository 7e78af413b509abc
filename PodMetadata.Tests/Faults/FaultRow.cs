using System.Globalization;

namespace PodMetadata.Tests.Faults;

/// <summary>What a fault did: a row of the table that scripts/faults prints.</summary>
internal sealed class FaultRow(string fault, Answer[] answers, TimeSpan recovery, int lost, int restarts)
{
    /// <summary>The bound on <see cref="Recovery"/>.</summary>
    public static readonly TimeSpan LongestRecovery = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(0.5);

    private const string Header =
        "fault                               |  200 |  503 | cut | other | longest ms | back after s | lost | restarts | unready | live\n"
        + "------------------------------------|-----:|-----:|----:|------:|-----------:|-------------:|-----:|---------:|---------|-----\n";

    private readonly Answer[] requests = [.. answers.Where(answer => answer.Route is not (Load.Live or Load.Ready))];

    /// <summary>The answers that were neither right nor a promised refusal.</summary>
    public IEnumerable<Answer> Others => requests.Where(answer => answer.Outcome == Outcome.Other);

    /// <summary>The answers that came too late.</summary>
    public IEnumerable<Answer> Late => requests.Where(answer => answer.Took > LongestAnswer);

    private TimeSpan Longest => requests.Max(answer => answer.Took);

    /// <summary>From the database's return until everything is served.</summary>
    public TimeSpan Recovery { get; } = recovery;

    public int Restarts { get; } = restarts;

    public bool TurnedUnready => answers.Any(answer => answer is { Route: Load.Ready, Outcome: Outcome.Refused });

    public bool StayedLive => answers.Where(answer => answer.Route == Load.Live).All(answer => answer.Outcome == Outcome.Served && answer.Took < LongestProbe);

    /// <summary>Whether nothing took longer than it may.</summary>
    public bool IsInTime => !Late.Any() && Recovery < LongestRecovery && StayedLive;

    private static string TablePath { get; } = Path.Combine(TestDatabase.Root, ".local", "faults.txt");

    /// <summary>Begins the table in .local/faults.txt.</summary>
    public static void PrintHeader() => File.WriteAllText(TablePath, Header);

    /// <summary>Appends the row to the table.</summary>
    public void Print() => File.AppendAllText(TablePath, ToString());

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{fault,-35} | {Count(Outcome.Served),4} | {Count(Outcome.Refused),4} | {Count(Outcome.Cut),3} | {Count(Outcome.Other),5} | {Longest.TotalMilliseconds,10:0} | {(Recovery < Load.Patience ? $"{Recovery.TotalSeconds:0.0}" : "never"),12} | {lost,4} | {Restarts,8} | {YesOrNo(TurnedUnready),7} | {YesOrNo(StayedLive),4}\n");

    private int Count(Outcome outcome) => requests.Count(answer => answer.Outcome == outcome);

    private static string YesOrNo(bool value) => value ? "yes" : "no";
}
