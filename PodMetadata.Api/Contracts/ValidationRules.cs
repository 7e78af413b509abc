using FluentValidation;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The domain's rules as rules of FluentValidation.</summary>
internal static class ValidationRules
{
    private const int MaxPageSize = 5000;

    public static IRuleBuilderOptionsConditions<T, string?> ValidName<T>(this IRuleBuilder<T, string?> rule) =>
        rule.FailWithProblem(name => FieldRules.NameProblem(FieldRules.Trimmed(name)));

    public static IRuleBuilderOptionsConditions<T, string?> ValidNamespace<T>(this IRuleBuilder<T, string?> rule) =>
        rule.FailWithProblem(ns => FieldRules.Problem(FieldRules.Trimmed(ns), FieldRules.MaxNamespaceLength));

    public static IRuleBuilderOptionsConditions<T, string?> ValidIdentity<T>(this IRuleBuilder<T, string?> rule) =>
        rule.FailWithProblem(identity => FieldRules.Problem(identity, FieldRules.MaxIdentityLength));

    /// <summary>The size of a page; null is the default.</summary>
    public static IRuleBuilderOptionsConditions<T, int?> ValidLimit<T>(this IRuleBuilder<T, int?> rule) =>
        rule.FailWithProblem(limit => limit is null or (>= 1 and <= MaxPageSize) ? null : $"must be from 1 to {MaxPageSize}.");

    /// <summary>Fails with the problem of what a member was parsed to.</summary>
    public static IRuleBuilderOptionsConditions<T, string?> Parses<T, TValue>(this IRuleBuilder<T, string?> rule, Func<T, Parsed<TValue>> parsed) =>
        rule.FailWithProblem((record, _) => parsed(record).Problem);

    /// <summary>Fails with the problem of a value, unless it is null.</summary>
    public static IRuleBuilderOptionsConditions<T, TProperty> FailWithProblem<T, TProperty>(this IRuleBuilder<T, TProperty> rule, Func<TProperty, string?> problem) =>
        rule.FailWithProblem((_, value) => problem(value));

    /// <summary>Fails with the problem of a value of a record, unless it is null.</summary>
    public static IRuleBuilderOptionsConditions<T, TProperty> FailWithProblem<T, TProperty>(this IRuleBuilder<T, TProperty> rule, Func<T, TProperty, string?> problem) =>
        rule.Custom((value, context) =>
        {
            if (problem(context.InstanceToValidate, value) is { } reason)
            {
                context.AddFailure($"{context.PropertyPath} {reason}");
            }
        });
}
