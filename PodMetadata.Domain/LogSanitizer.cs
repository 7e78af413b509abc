using System.Globalization;
using System.Text;

namespace PodMetadata.Domain;

/// <summary>Makes client input safe for logs: short, on one line, and without effect on a terminal.</summary>
public static class LogSanitizer
{
    private const int MaxLength = 253;

    /// <summary>The text with line breaks and other control or formatting characters written as <c>\u000a</c>, truncated to 253 characters.</summary>
    public static string? Sanitize(string? text)
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
