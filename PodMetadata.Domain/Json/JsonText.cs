using System.Text;
using System.Text.Json;

namespace PodMetadata.Domain.Json;

/// <summary>One JSON value as UTF-8 text in the canonical form of PostgreSQL's jsonb. It passes from the request to the database and back without
/// being parsed into objects.</summary>
public sealed class JsonText
{
    internal JsonText(ReadOnlyMemory<byte> utf8, string? problem)
    {
        Utf8 = utf8;
        Problem = problem;
    }

    /// <summary>The text: well-formed JSON other than <c>null</c>. Unspecified when there is a problem.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>Why PostgreSQL cannot store the value in full, or a client could not read it back; null when there is no problem.</summary>
    public string? Problem { get; }

    /// <summary>Reads the current value of a reader, which must hold all of it, and leaves the reader at its end.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static JsonText Read(ref Utf8JsonReader reader) => JsonbWriter.Write(ref reader);

    /// <summary>The value of a text from the database, which is canonical already.</summary>
    public static JsonText Stored(byte[] utf8) => new(utf8, problem: null);

    /// <summary>The value of a text.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static JsonText From(string text)
    {
        Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(text));
        reader.Read();
        JsonText read = Read(ref reader);
        return reader.Read() ? throw new JsonException("More than one value.") : read;
    }

    /// <summary>Why the value is not an object of strings; null when it is one.</summary>
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
