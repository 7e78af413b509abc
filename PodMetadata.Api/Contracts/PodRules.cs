using FluentValidation;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The domain's rules as FluentValidation's.</summary>
internal static class PodRules
{
    /// <summary>What is wrong with what is no time.</summary>
    public const string NoTime = "must be an ISO 8601 date and time such as 2026-05-12T10:32:14.123456.";

    private const int MostOfAPage = 5000;

    /// <summary>What is wrong with the length of a page (null is the usual one), or null when nothing is.</summary>
    public static string? LimitProblem(int? limit) => limit is null or (>= 1 and <= MostOfAPage) ? null : $"must be from 1 to {MostOfAPage}.";

    public static IRuleBuilderOptionsConditions<T, string?> ValidName<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(name => PodText.NameProblem(PodText.Trimmed(name)));

    public static IRuleBuilderOptionsConditions<T, string?> ValidNamespace<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(ns => PodText.Problem(PodText.Trimmed(ns), PodText.MaxNamespaceLength));

    public static IRuleBuilderOptionsConditions<T, string?> ValidIdentity<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(identity => PodText.Problem(identity, PodText.MaxIdentityLength));

    public static IRuleBuilderOptionsConditions<T, string?> ValidIp<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(ip => PodAddress.TryParse(ip, out _) ? null : "must be an IPv4 address (four decimal parts) or an IPv6 address without a zone index.");

    public static IRuleBuilderOptionsConditions<T, string?> ValidTime<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(time => PodTime.TryParse(time, out _) ? null : NoTime);

    public static IRuleBuilderOptionsConditions<T, JsonText?> ValidJson<T>(this IRuleBuilder<T, JsonText?> rule) =>
        rule.Must(json => json?.Problem);

    public static IRuleBuilderOptionsConditions<T, JsonText?> ValidStringMap<T>(this IRuleBuilder<T, JsonText?> rule) =>
        rule.Must(json => json?.StringMapProblem());

    /// <summary>Tells of a record whose text is blank or missing; what is wrong with it is another rule's to say.</summary>
    public static IRuleBuilderOptionsConditions<T, string?> WhenBlank<T>(this IRuleBuilder<T, string?> rule, Action<T> tell) =>
        rule.Custom((text, context) =>
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                tell(context.InstanceToValidate);
            }
        });

    /// <summary>A rule that says what is wrong with a value, or null when nothing is.</summary>
    public static IRuleBuilderOptionsConditions<T, TProperty> Must<T, TProperty>(this IRuleBuilder<T, TProperty> rule, Func<TProperty, string?> problem) =>
        rule.Must((_, value) => problem(value));

    /// <summary>A rule that says what is wrong with a value of a record, or null when nothing is.</summary>
    public static IRuleBuilderOptionsConditions<T, TProperty> Must<T, TProperty>(this IRuleBuilder<T, TProperty> rule, Func<T, TProperty, string?> problem) =>
        rule.Custom((value, context) =>
        {
            if (problem(context.InstanceToValidate, value) is { } reason)
            {
                context.AddFailure($"{context.PropertyPath} {reason}");
            }
        });
}
