using System.Text;
using System.Text.Json;

namespace PodMetadata.Domain.Json;

/// <summary>One JSON value as UTF-8 text, spelled as PostgreSQL's jsonb spells it. It is carried from socket to database and back, not taken
/// apart.</summary>
public sealed class JsonText
{
    internal JsonText(ReadOnlyMemory<byte> utf8, string? problem)
    {
        Utf8 = utf8;
        Problem = problem;
    }

    /// <summary>The text: well-formed JSON other than <c>null</c>, or, when there is a problem, what has come of it.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>What keeps the value from being stored whole by PostgreSQL or read back by every client, or null when nothing does.</summary>
    public string? Problem { get; }

    /// <summary>The value that a reader is at, which must be in its buffer whole; the reader is left at its end.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonText Read(ref Utf8JsonReader reader) => JsonbWriter.Write(ref reader);

    /// <summary>The value that a text from the database spells.</summary>
    public static JsonText Stored(byte[] utf8) => new(utf8, problem: null);

    /// <summary>The value that a text spells.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonText From(string text)
    {
        Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(text));
        reader.Read();
        JsonText read = Read(ref reader);
        return reader.Read() ? throw new JsonException("More than one value.") : read;
    }

    /// <summary>What keeps the value from being an object of strings, or null when it is one.</summary>
    public string? StringMapProblem()
    {
        if (Problem is not null)
        {
            return Problem;
        }

        Utf8JsonReader reader = new(Utf8.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return "must be an object of strings.";
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                return "must be an object of strings: every value must be a string.";
            }
        }

        return null;
    }

    /// <summary>The text as a string.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);
}
