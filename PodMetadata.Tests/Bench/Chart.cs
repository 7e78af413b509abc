using System.Globalization;
using System.Text;

namespace PodMetadata.Tests.Bench;

/// <summary>The goals as bars; a line marks where each goal is.</summary>
internal static class Chart
{
    private const int Left = 380;
    private const int GoalAt = 250; // a bar of this width is the goal itself
    private const int Widest = 500;
    private const int Height = 26;

    public static string Draw(Goal[] goals)
    {
        int bottom = (goals.Length + 2) * Height;
        StringBuilder svg = new();
        Line($"""<svg xmlns="http://www.w3.org/2000/svg" width="1060" height="{bottom + 10}" font-family="sans-serif" font-size="13">""");
        Line($"""<rect width="100%" height="100%" fill="white"/>""");
        Line($"""<text x="{Left + GoalAt}" y="16" text-anchor="middle">the goal</text>""");
        for (int i = 0; i < goals.Length; i++)
        {
            Goal goal = goals[i];
            int y = (i + 1) * Height;
            string colour = goal.IsMet == true ? "#4a9d5b" : "#c8553d";
            string value = string.Create(CultureInfo.InvariantCulture, $"{goal.Value:0.00} {goal.Unit} ({(goal.AtLeast is null ? "at most" : "at least")} {goal.Limit:0.##})");
            int width = (int)Math.Min(GoalAt * goal.Value / goal.Limit!.Value, Widest);
            Line($"""<text x="{Left - 8}" y="{y + 16}" text-anchor="end">{goal.What}</text>""");
            Line($"""<rect x="{Left}" y="{y + 3}" width="{width}" height="{Height - 8}" fill="{colour}"/>""");
            Line($"""<text x="{Left + Math.Max(width, GoalAt) + 8}" y="{y + 16}">{value}</text>""");
        }

        Line($"""<line x1="{Left + GoalAt}" y1="22" x2="{Left + GoalAt}" y2="{bottom - Height}" stroke="black" stroke-dasharray="4 3"/>""");
        Line($"""<text x="{Left}" y="{bottom - 4}">Green is met. Where the goal is "at most", a shorter bar is better.</text>""");
        Line($"</svg>");
        return svg.ToString();

        void Line(FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }
}
