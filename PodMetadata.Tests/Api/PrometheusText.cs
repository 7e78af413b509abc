using System.Globalization;
using System.Text.RegularExpressions;

namespace PodMetadata.Tests.Api;

/// <summary>Prometheus' text format 0.0.4, read strictly: what breaks a rule of it or of promtool throws a <see cref="FormatException"/>.</summary>
public sealed partial class PrometheusText
{
    private readonly List<Sample> samples = [];

    private PrometheusText()
    {
    }

    public IReadOnlyList<Sample> Samples => samples;

    public static PrometheusText Parse(string text)
    {
        Require(text.EndsWith('\n') && !text.Contains('\r'), "The last line must end, and all with a line feed alone.", text);
        PrometheusText parsed = new();
        Dictionary<string, string> types = [];
        HashSet<string> helps = [];
        HashSet<string> series = [];
        string family = "";
        foreach (string line in text[..^1].Split('\n'))
        {
            if (Comment().Match(line) is { Success: true } comment)
            {
                string name = comment.Groups["name"].Value;
                bool begins = name != family;
                family = name;
                Require(!begins || !(types.ContainsKey(name) || helps.Contains(name)), "A family must stand together.", line);
                Require(!parsed.samples.Exists(sample => FamilyOf(sample.Name, types) == name), "TYPE and HELP come before the samples.", line);
                Require(comment.Groups["kind"].Value is "HELP" ? helps.Add(name) : types.TryAdd(name, comment.Groups["rest"].Value), "A family has one TYPE and one HELP.", line);
            }
            else if (!line.StartsWith('#'))
            {
                Sample sample = ParseSample(line);
                Require(family.Length > 0 && FamilyOf(sample.Name, types) == family && helps.Contains(family), "A sample follows its TYPE and HELP.", line);
                Require(series.Add($"{sample.Name}{{{string.Join(',', sample.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))}}}"), "A series stands once.", line);
                Require(types[family] is not "counter" || (family.EndsWith("_total", StringComparison.Ordinal) && sample.Value >= 0), "A counter ends in _total and is not negative.", line);
                parsed.samples.Add(sample);
            }
        }

        Require(!MalformedComment().IsMatch(text), "A TYPE or HELP names its family.", text);
        Require(types.Values.All(type => type is "counter" or "gauge" or "histogram" or "summary" or "untyped"), "A TYPE is one of five.", text);
        foreach (string histogram in types.Where(type => type.Value == "histogram").Select(type => type.Key))
        {
            parsed.CheckHistogram(histogram);
        }

        return parsed;
    }

    /// <summary>The sum of the samples of a name that have these labels; 0 when there are none.</summary>
    public double Sum(string name, params (string Label, string Value)[] labels) => Find(name, labels).Sum(sample => sample.Value);

    /// <summary>The samples of a name that have these labels.</summary>
    public IEnumerable<Sample> Find(string name, params (string Label, string Value)[] labels) =>
        samples.Where(sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Label) == label.Value));

    private static Sample ParseSample(string line)
    {
        Match match = SampleLine().Match(line);
        Require(match.Success, "A sample is name{labels} value [timestamp].", line);
        Dictionary<string, string> labels = [];
        foreach (Match label in Label().Matches(match.Groups["labels"].Value))
        {
            Require(labels.TryAdd(label.Groups["name"].Value, label.Groups["value"].Value), "A label stands once.", line);
        }

        return new Sample(match.Groups["name"].Value, labels, Number(match.Groups["value"].Value, line));
    }

    private static double Number(string text, string line) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number,
        _ => throw new FormatException($"No number: {line}"),
    };

    private static string FamilyOf(string sample, Dictionary<string, string> types)
    {
        string? suffix = new[] { "_bucket", "_sum", "_count" }.FirstOrDefault(ending => sample.EndsWith(ending, StringComparison.Ordinal));
        return suffix is not null && types.GetValueOrDefault(sample[..^suffix.Length]) == "histogram" ? sample[..^suffix.Length] : sample;
    }

    private static void Require(bool holds, string rule, string line)
    {
        if (!holds)
        {
            throw new FormatException($"{rule} Not so: {line}");
        }
    }

    private static string WithoutBound(Sample sample) =>
        string.Join(',', sample.Labels.Where(label => label.Key != "le").OrderBy(label => label.Key, StringComparer.Ordinal));

    private void CheckHistogram(string name)
    {
        Dictionary<string, double> counts = Find($"{name}_count").ToDictionary(WithoutBound, sample => sample.Value);
        HashSet<string> sums = [.. Find($"{name}_sum").Select(WithoutBound)];
        ILookup<string, Sample> buckets = Find($"{name}_bucket").ToLookup(WithoutBound);
        Require(sums.SetEquals(counts.Keys) && sums.SetEquals(buckets.Select(group => group.Key)), "A histogram has buckets, a sum and a count.", name);
        foreach (IGrouping<string, Sample> group in buckets)
        {
            (double Bound, double Count)[] steps = [.. group.Select(sample => (Number(sample.Labels["le"], name), sample.Value))];
            Require(steps.Zip(steps.Skip(1)).All(pair => pair.First.Bound < pair.Second.Bound && pair.First.Count <= pair.Second.Count), "Buckets ascend and accumulate.", name);
            Require(double.IsPositiveInfinity(steps[^1].Bound) && steps[^1].Count.Equals(counts[group.Key]), "The bucket +Inf is the count.", name);
        }
    }

    [GeneratedRegex(@"\A# (?<kind>TYPE|HELP) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<rest>([^\\]|\\[\\n])+)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^# (TYPE|HELP)(?! [a-zA-Z_:][a-zA-Z0-9_:]* )", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex MalformedComment();

    [GeneratedRegex(@"\A(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*=""([^""\\]|\\[\\""n])*""(,[a-zA-Z_][a-zA-Z0-9_]*=""([^""\\]|\\[\\""n])*"")*)?\})? (?<value>\S+)( -?[0-9]+)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex SampleLine();

    [GeneratedRegex(@"(?<name>[a-zA-Z_][a-zA-Z0-9_]*)=""(?<value>([^""\\]|\\[\\""n])*)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Label();
}
