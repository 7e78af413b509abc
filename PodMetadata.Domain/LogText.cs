using System.Globalization;
using System.Text;

namespace PodMetadata.Domain;

/// <summary>Texts of strangers as they may stand in a log: short, and on one line, whatever the log is read with.</summary>
public static class LogText
{
    private const int MaxLength = 253;

    /// <summary>The text with what is not to be seen (line breaks, escape sequences, changes of direction) written as <c>\u000a</c>, cut
    /// after 253 characters.</summary>
    public static string? Of(string? text)
    {
        if (text is null || (text.Length <= MaxLength && !text.Any(IsHidden)))
        {
            return text;
        }

        StringBuilder shown = new();
        foreach (char character in text.AsSpan(0, Math.Min(text.Length, MaxLength)))
        {
            _ = IsHidden(character) ? shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}") : shown.Append(character);
        }

        return (text.Length > MaxLength ? shown.Append('…') : shown).ToString();
    }

    private static bool IsHidden(char character) => char.GetUnicodeCategory(character)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
