namespace PodMetadata.Domain;

/// <summary>The rules for the plain texts of a pod record.</summary>
public static class PodText
{
    /// <summary>The longest name of a pod or node, in characters (Kubernetes' DNS subdomain).</summary>
    public const int MaxNameLength = 253;

    /// <summary>The longest namespace, in characters (Kubernetes' DNS label).</summary>
    public const int MaxNamespaceLength = 63;

    /// <summary>The longest identity, in characters.</summary>
    public const int MaxIdentityLength = 253;

    /// <summary>The text without the white space around it; null when nothing is left.</summary>
    public static string? Trimmed(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>What is wrong with a text, or null when nothing is: it may be too long, or hold what PostgreSQL cannot.</summary>
    /// <param name="text">The text as it is to be stored; null is fine.</param>
    /// <param name="maxLength">The most characters (Unicode code points) it may have.</param>
    public static string? Problem(string? text, int maxLength) =>
        text is null ? null
        : text.Contains('\0') ? "must not contain the NUL character."
        : text.EnumerateRunes().Count() > maxLength ? $"must have at most {maxLength} characters."
        : null;

    /// <summary>What is wrong with the name of a pod or node, or null when nothing is: beyond <see cref="Problem"/>, a name must be
    /// there and be a path segment by Kubernetes' rule (apimachinery's <c>IsValidPathSegmentName</c>), so that a URL can ask for it.</summary>
    public static string? NameProblem(string? name) =>
        name is null ? "must not be blank."
        : name is "." or ".." ? "must not be '.' or '..'."
        : name.AsSpan().ContainsAny('/', '%') ? "must not contain '/' or '%'."
        : Problem(name, MaxNameLength);
}
