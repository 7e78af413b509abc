using System.Globalization;

namespace PodMetadata.Tests.RealCluster;

/// <summary>What happened to the watch and its answers in a phase: a row of the table that scripts/kubernetes prints.</summary>
internal sealed record PhaseRow(string Phase, int Pods, int Changes, int Events, int Leaders, int ListsAtStart, int ListsExpired, TimeSpan ToRest, PastQuestions Questions)
{
    private const string Header =
        "phase                               |  pods | changes | events | leaders | lists: start | expired | at rest after s | questions | knowable | right | unknown | wrong\n"
        + "------------------------------------|------:|--------:|-------:|--------:|-------------:|--------:|----------------:|----------:|---------:|------:|--------:|-----:\n";

    private static string TablePath { get; } = Path.Combine(TestDatabase.Root, ".local", "kubernetes.txt");

    /// <summary>Begins the table in .local/kubernetes.txt.</summary>
    public static void PrintHeader() => File.WriteAllText(TablePath, Header);

    /// <summary>Appends a line to the table.</summary>
    public static void Print(string line) => File.AppendAllText(TablePath, line + "\n");

    /// <summary>Appends the row to the table.</summary>
    public void Print() => Print(ToString());

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Phase,-35} | {Pods,5} | {Changes,7} | {Events,6} | {Leaders,7} | {ListsAtStart,12} | {ListsExpired,7} | {ToRest.TotalSeconds,15:0.0} | {Questions.Asked,9} | {Questions.Knowable,8} | {Questions.Right,5} | {Questions.Unknown,7} | {Questions.Wrong.Count,5}");
}
