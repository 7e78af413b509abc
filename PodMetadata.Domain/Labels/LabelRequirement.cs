using System.Collections.Immutable;

namespace PodMetadata.Domain.Labels;

/// <summary>One requirement of a label selector.</summary>
/// <param name="Key">The label's key.</param>
/// <param name="Operator">The condition.</param>
/// <param name="Values">One value or more for <see cref="LabelOperator.In"/> and <see cref="LabelOperator.NotIn"/>, an integer for
/// <see cref="LabelOperator.GreaterThan"/> and <see cref="LabelOperator.LessThan"/>, otherwise none; sorted and distinct.</param>
public sealed record LabelRequirement(string Key, LabelOperator Operator, ImmutableArray<string> Values);
