using System.Collections.Immutable;

namespace PodMetadata.Domain.Labels;

/// <summary>One requirement of a label selector.</summary>
/// <param name="Key">The label's key.</param>
/// <param name="Operator">What is asked of it.</param>
/// <param name="Values">One value or more for <see cref="LabelOperator.In"/> and <see cref="LabelOperator.NotIn"/>, an integer for
/// <see cref="LabelOperator.GreaterThan"/> and <see cref="LabelOperator.LessThan"/>, else none; sorted, each once.</param>
public sealed record LabelRequirement(string Key, LabelOperator Operator, ImmutableArray<string> Values);
