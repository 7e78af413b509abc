using System.Text.Json;

namespace PodMetadata.Api.Contracts;

/// <summary>The members of a <see cref="PodRecord"/> that a client asks for.</summary>
internal sealed class PodFields
{
    private const string Manifest = "pod_obj";
    private const int MaxQuoted = 40;

    private static readonly string[] All = [.. typeof(PodRecord).GetProperties().Select(member => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name))];

    private readonly HashSet<string> names;

    private PodFields(HashSet<string> names)
    {
        this.names = names;
        Key = string.Join(',', names.Order());
    }

    /// <summary>The names in a canonical order.</summary>
    public string Key { get; }

    /// <summary>Whether the manifest is among them.</summary>
    public bool HasManifest => Contains(Manifest);

    /// <summary>Whether a member is among them, by its name on the wire.</summary>
    public bool Contains(string name) => names.Contains(name);

    /// <summary>A comma-separated list of members; blank is all of them, null.</summary>
    public static Parsed<PodFields> Parse(string? list)
    {
        if (string.IsNullOrWhiteSpace(list))
        {
            return new(null);
        }

        HashSet<string> names = [.. list.Split(',', StringSplitOptions.TrimEntries)];
        return names.Except(All).FirstOrDefault() is { } unknown
            ? new(null, $"must name members of a pod, separated by commas, and '{Truncate(unknown)}' is none: {string.Join(", ", All)}.")
            : new(new PodFields(names));
    }

    private static string Truncate(string text) => text.Length > MaxQuoted ? $"{text[..MaxQuoted]}…" : text;
}
