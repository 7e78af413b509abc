using System.Globalization;
using System.Text;

namespace PodMetadata.Tests.Simulation;

/// <summary>The counts of the answers to each kind of question, of the service and of the naive table.</summary>
internal sealed class Tally
{
    public const string Now = "now";

    public const string Then = "then";

    public const string NowNamesake = "now, has a namesake";

    private readonly SortedDictionary<string, int[]> counts = new(StringComparer.Ordinal);

    public void Count(string kind, bool isKnowable, Verdict service, Verdict naive)
    {
        foreach (string row in isKnowable ? [kind, Knowable(kind)] : new[] { kind })
        {
            int[] those = Of(row);
            those[0]++;
            those[1 + (int)service]++;
            those[4 + (int)naive]++;
        }
    }

    /// <summary>How many knowable questions of a kind were asked.</summary>
    public int Asked(string kind) => Of(Knowable(kind))[0];

    /// <summary>The table.</summary>
    public override string ToString()
    {
        StringBuilder table = new();
        table.AppendLine(CultureInfo.InvariantCulture, $"{"",-32}{"",9}  {"service",-24}{"naive table",-24}");
        table.AppendLine(CultureInfo.InvariantCulture, $"{"who has it",-32}{"questions",9}{"right",8}{"wrong",8}{"unsure",8}{"right",8}{"wrong",8}{"unsure",8}");
        foreach ((string row, int[] those) in counts)
        {
            table.Append(CultureInfo.InvariantCulture, $"{row,-32}{those[0],9}");
            table.AppendLine(string.Concat(those.Skip(1).Select(count => $"{count,8}")));
        }

        return table.ToString();
    }

    private static string Knowable(string kind) => $"{kind}: knowable";

    private int[] Of(string row)
    {
        if (!counts.TryGetValue(row, out int[]? those))
        {
            counts[row] = those = new int[7];
        }

        return those;
    }
}
