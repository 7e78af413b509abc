namespace PodMetadata.Domain;

/// <summary>The rules for the text fields of a pod record.</summary>
public static class FieldRules
{
    /// <summary>The maximum length of the name of a pod or node, in characters (Kubernetes' DNS subdomain).</summary>
    public const int MaxNameLength = 253;

    /// <summary>The maximum length of a namespace, in characters (Kubernetes' DNS label).</summary>
    public const int MaxNamespaceLength = 63;

    /// <summary>The maximum length of an identity, in characters.</summary>
    public const int MaxIdentityLength = 253;

    /// <summary>The text without surrounding white space; null when nothing is left.</summary>
    public static string? Trimmed(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>What is wrong with a text, or null: it is too long, or contains a character that PostgreSQL cannot store.</summary>
    /// <param name="text">The text as it is stored; null is valid.</param>
    /// <param name="maxLength">The maximum length in Unicode code points.</param>
    public static string? Problem(string? text, int maxLength) =>
        text is null ? null
        : text.Contains('\0') ? "must not contain the NUL character."
        : text.EnumerateRunes().Count() > maxLength ? $"must have at most {maxLength} characters."
        : null;

    /// <summary>What is wrong with the name of a pod or node, or null. Beyond <see cref="Problem"/>, a name is required and must be a valid path
    /// segment by Kubernetes' rule (apimachinery's <c>IsValidPathSegmentName</c>), so that a URL can contain it.</summary>
    public static string? NameProblem(string? name) =>
        name is null ? "must not be blank."
        : name is "." or ".." ? "must not be '.' or '..'."
        : name.AsSpan().ContainsAny('/', '%') ? "must not contain '/' or '%'."
        : Problem(name, MaxNameLength);
}
