using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace PodMetadata.Domain.Json;

/// <summary>Writes a JSON value in the canonical form of PostgreSQL's jsonb (https://www.postgresql.org/docs/current/datatype-json.html): members
/// sorted by the length and then the bytes of their names, the last of equal names only, a space after each colon and comma, numbers without
/// exponent. So the answer to a post equals a later lookup without asking the database.</summary>
internal sealed class JsonbWriter
{
    // Otherwise each thread would keep megabytes after it has read a manifest of that size.
    private const int KeptCapacity = 64 * 1024;

    [ThreadStatic]
    private static JsonbWriter? kept;

    private readonly List<byte> text = [];
    private readonly List<byte> names = [];
    private readonly List<Member> members = [];
    private readonly List<byte> unordered = [];
    private readonly Comparison<Member> byName;
    private JsonbNumbers numbers = new();
    private string? problem;

    private JsonbWriter() => byName = Compare;

    /// <summary>Writes the current value of a reader, and finds its first problem.</summary>
    public static JsonText Write(ref Utf8JsonReader reader)
    {
        JsonbWriter writer = kept ?? new();
        kept = null; // after an exception, the writer is not empty
        writer.WriteValue(ref reader);
        JsonText written = new(writer.text.ToArray(), writer.problem);
        if (writer.text.Capacity + writer.unordered.Capacity + writer.names.Capacity + writer.members.Capacity <= KeptCapacity)
        {
            writer.text.Clear();
            writer.numbers = new();
            writer.problem = null;
            kept = writer;
        }

        return written;
    }

    private void WriteValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                WriteObject(ref reader);
                break;
            case JsonTokenType.StartArray:
                WriteArray(ref reader);
                break;
            case JsonTokenType.String:
                WriteText(TextOf(ref reader), mayNeedEscape: reader.ValueIsEscaped);
                break;
            case JsonTokenType.Number:
                problem ??= numbers.Write(Raw(ref reader), text);
                break;
            default:
                text.AddRange(Raw(ref reader));
                break;
        }
    }

    private void WriteArray(ref Utf8JsonReader reader)
    {
        text.Add((byte)'[');
        int start = text.Count;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Separate(start);
            WriteValue(ref reader);
        }

        text.Add((byte)']');
    }

    private void WriteObject(ref Utf8JsonReader reader)
    {
        text.Add((byte)'{');
        int start = text.Count;
        int firstName = names.Count;
        int firstMember = members.Count;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int memberStart = text.Count;
            ReadOnlySpan<byte> name = TextOf(ref reader);
            int nameStart = names.Count;
            names.AddRange(name);
            WriteText(name, mayNeedEscape: reader.ValueIsEscaped);
            text.AddRange(": "u8);
            reader.Read();
            int nameLength = names.Count - nameStart;
            WriteValue(ref reader);
            members.Add(new Member(nameStart, nameLength, memberStart, text.Count - memberStart));
        }

        OrderMembers(firstMember, start);
        members.RemoveRange(firstMember, members.Count - firstMember);
        names.RemoveRange(firstName, names.Count - firstName);
        text.Add((byte)'}');
    }

    /// <summary>Sorts the members of an object, which were written in the order of the input.</summary>
    private void OrderMembers(int firstMember, int start)
    {
        Span<Member> ordered = CollectionsMarshal.AsSpan(members)[firstMember..];
        if (ordered.Length < 2)
        {
            return;
        }

        ordered.Sort(byName);
        unordered.Clear();
        unordered.AddRange(CollectionsMarshal.AsSpan(text)[start..]);
        CollectionsMarshal.SetCount(text, start);
        for (int i = 0; i < ordered.Length; i++)
        {
            if (i == ordered.Length - 1 || !Name(ordered[i]).SequenceEqual(Name(ordered[i + 1])))
            {
                Separate(start);
                text.AddRange(CollectionsMarshal.AsSpan(unordered).Slice(ordered[i].Start - start, ordered[i].Length));
            }
        }
    }

    /// <summary>By name; equal names in the order of the input.</summary>
    private int Compare(Member one, Member other)
    {
        int order = one.NameLength.CompareTo(other.NameLength);
        order = order != 0 ? order : Name(one).SequenceCompareTo(Name(other));
        return order != 0 ? order : one.Start.CompareTo(other.Start);
    }

    private ReadOnlySpan<byte> Name(Member member) => CollectionsMarshal.AsSpan(names).Slice(member.NameStart, member.NameLength);

    private void Separate(int start)
    {
        if (text.Count > start)
        {
            text.AddRange(", "u8);
        }
    }

    /// <summary>The unescaped text of a string or name.</summary>
    private ReadOnlySpan<byte> TextOf(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> raw = Raw(ref reader);
        problem ??= Utf8.IsValid(raw) ? null : "must be valid UTF-8.";
        if (!reader.ValueIsEscaped)
        {
            return raw;
        }

        byte[] unescaped = new byte[raw.Length];
        try
        {
            int length = reader.CopyString(unescaped);
            problem ??= unescaped.AsSpan(0, length).Contains((byte)0) ? "must not contain the NUL character (\\u0000)." : null;
            return unescaped.AsSpan(0, length);
        }
        catch (InvalidOperationException)
        {
            problem ??= "must not contain half of a surrogate pair.";
            return default;
        }
    }

    private void WriteText(ReadOnlySpan<byte> value, bool mayNeedEscape)
    {
        text.Add((byte)'"');
        if (mayNeedEscape)
        {
            WriteEscaped(value);
        }
        else
        {
            text.AddRange(value);
        }

        text.Add((byte)'"');
    }

    private void WriteEscaped(ReadOnlySpan<byte> value)
    {
        foreach (byte character in value)
        {
            switch (character)
            {
                case (byte)'"' or (byte)'\\':
                    text.AddRange([(byte)'\\', character]);
                    break;
                case (byte)'\b':
                    text.AddRange("\\b"u8);
                    break;
                case (byte)'\f':
                    text.AddRange("\\f"u8);
                    break;
                case (byte)'\n':
                    text.AddRange("\\n"u8);
                    break;
                case (byte)'\r':
                    text.AddRange("\\r"u8);
                    break;
                case (byte)'\t':
                    text.AddRange("\\t"u8);
                    break;
                case < (byte)' ':
                    text.AddRange(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{character:x4}")));
                    break;
                default:
                    text.Add(character);
                    break;
            }
        }
    }

    private static ReadOnlySpan<byte> Raw(ref Utf8JsonReader reader) => reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan;

    /// <summary>The position of a member: its unescaped name in <see cref="names"/>, and the member in <see cref="text"/>.</summary>
    private readonly record struct Member(int NameStart, int NameLength, int Start, int Length);
}
