using System.Text;

namespace PodMetadata.Domain;

/// <summary>One JSON value as the UTF-8 text it is written in. It is carried from socket to database and back, not taken apart.</summary>
/// <param name="utf8">The text: well-formed JSON other than <c>null</c>.</param>
public sealed class JsonText(ReadOnlyMemory<byte> utf8)
{
    /// <summary>The text.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; } = utf8;

    /// <summary>The value that <paramref name="text"/> spells.</summary>
    public static JsonText From(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>The text as a string.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);
}
