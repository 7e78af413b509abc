namespace PodMetadata.Domain.Labels;

/// <summary>Kubernetes' rules for the keys and values of labels
/// (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set).</summary>
internal static class LabelSyntax
{
    private const int MaxNameLength = 63;
    private const int MaxPrefixLength = 253;

    /// <summary>Whether a text is a key: a name, optionally preceded by a DNS subdomain and a slash.</summary>
    public static bool IsKey(ReadOnlySpan<char> text)
    {
        int slash = text.IndexOf('/');
        return slash < 0 ? IsName(text) : IsPrefix(text[..slash]) && IsName(text[(slash + 1)..]);
    }

    /// <summary>Whether a text is a value: empty, or a name.</summary>
    public static bool IsValue(ReadOnlySpan<char> text) => text.IsEmpty || IsName(text);

    private static bool IsName(ReadOnlySpan<char> text) => text.Length is >= 1 and <= MaxNameLength && HasShape(text, IsNameCharacter, char.IsAsciiLetterOrDigit);

    private static bool IsPrefix(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxPrefixLength)
        {
            return false;
        }

        foreach (Range range in text.Split('.'))
        {
            if (!HasShape(text[range], c => IsLowerOrDigit(c) || c == '-', IsLowerOrDigit))
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasShape(ReadOnlySpan<char> text, Func<char, bool> within, Func<char, bool> atEnds)
    {
        foreach (char character in text)
        {
            if (!within(character))
            {
                return false;
            }
        }

        return !text.IsEmpty && atEnds(text[0]) && atEnds(text[^1]);
    }

    private static bool IsNameCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.';

    private static bool IsLowerOrDigit(char character) => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character);
}
