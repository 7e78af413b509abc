using System.Text.Json;

namespace PodMetadata.Api.Contracts;

/// <summary>The members of a <see cref="PodRecord"/> that a client asks for.</summary>
internal static class PodFields
{
    /// <summary>The wire's name of the manifest.</summary>
    public const string Manifest = "pod_obj";

    private static readonly string[] All = [.. typeof(PodRecord).GetProperties().Select(member => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name))];

    /// <summary>The members that a list names, or null when it is blank: then all are meant.</summary>
    public static HashSet<string>? Parse(string? list) =>
        string.IsNullOrWhiteSpace(list) ? null : [.. list.Split(',', StringSplitOptions.TrimEntries)];

    /// <summary>What is wrong with a list, or null when nothing is.</summary>
    public static string? Problem(string? list) =>
        Parse(list)?.Except(All).FirstOrDefault() is { } unknown ? $"must name members of a pod, separated by commas, and '{Cut(unknown)}' is none: {string.Join(", ", All)}." : null;

    private static string Cut(string text) => text.Length > 40 ? $"{text[..40]}…" : text;
}
