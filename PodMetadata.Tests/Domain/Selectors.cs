using System.Globalization;
using PodMetadata.Domain.Labels;

namespace PodMetadata.Tests.Domain;

/// <summary>What label selectors mean, said once more and slowly, for the tests to compare with.</summary>
internal static class Selectors
{
    /// <summary>A selector of up to three requirements.</summary>
    /// <param name="random">Chance.</param>
    /// <param name="keys">The keys to choose from.</param>
    /// <param name="values">The values to choose from.</param>
    /// <param name="integers">The integers to choose from, for &gt; and &lt;.</param>
    public static LabelRequirement[] Any(Random random, string[] keys, string[] values, string[] integers) =>
        [.. Enumerable.Range(0, random.Next(4)).Select(_ =>
        {
            LabelOperator chosen = random.GetItems(Enum.GetValues<LabelOperator>(), 1)[0];
            return new LabelRequirement(random.GetItems(keys, 1)[0], chosen, chosen switch
            {
                LabelOperator.Exists or LabelOperator.DoesNotExist => [],
                LabelOperator.In or LabelOperator.NotIn => [.. random.GetItems(values, random.Next(1, 4)).Distinct().Order(StringComparer.Ordinal)],
                _ => [random.GetItems(integers, 1)[0]],
            });
        })];

    /// <summary>The text of requirements.</summary>
    public static string Spell(IEnumerable<LabelRequirement> requirements) => string.Join(',', requirements.Select(requirement => requirement switch
    {
        { Operator: LabelOperator.Exists, Key: var key } => key,
        { Operator: LabelOperator.DoesNotExist, Key: var key } => $"!{key}",
        { Operator: LabelOperator.In, Key: var key, Values: [var value] } => $"{key}={value}",
        { Operator: LabelOperator.NotIn, Key: var key, Values: [var value] } => $"{key}!={value}",
        { Operator: LabelOperator.In, Key: var key, Values: var values } => $"{key} in ({string.Join(',', values)})",
        { Operator: LabelOperator.NotIn, Key: var key, Values: var values } => $"{key} notin ({string.Join(',', values)})",
        { Operator: LabelOperator.GreaterThan, Key: var key, Values: [var value] } => $"{key}>{value}",
        { Key: var key, Values: var values } => $"{key}<{values.Single()}",
    }));

    /// <summary>Whether labels meet all requirements, as in apimachinery's <c>Requirement.Matches</c>.</summary>
    public static bool Select(this IEnumerable<LabelRequirement> requirements, IReadOnlyDictionary<string, string> labels) =>
        requirements.All(requirement => labels.TryGetValue(requirement.Key, out string? value)
            ? requirement.Operator switch
            {
                LabelOperator.Exists => true,
                LabelOperator.DoesNotExist => false,
                LabelOperator.In => requirement.Values.Contains(value),
                LabelOperator.NotIn => !requirement.Values.Contains(value),
                LabelOperator.GreaterThan => Integer(value) > Integer(requirement.Values[0]),
                _ => Integer(value) < Integer(requirement.Values[0]),
            }
            : requirement.Operator is LabelOperator.DoesNotExist or LabelOperator.NotIn);

    // As strconv.ParseInt reads it: what is no int64 is null, and neither above nor below anything.
    private static long? Integer(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
}
