using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace PodMetadata.Tests.Fuzz;

/// <summary>One HTTP answer, taken apart.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">The headers, by their names in lower case.</param>
/// <param name="Body">The body, without the framing.</param>
internal sealed record FuzzAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private static readonly byte[] Line = "\r\n"u8.ToArray();

    /// <summary>The answers in what a server sent on one connection; interim ones are left out.</summary>
    /// <exception cref="FormatException">It is not HTTP.</exception>
    public static List<FuzzAnswer> ReadAll(byte[] bytes, bool toHead)
    {
        List<FuzzAnswer> answers = [];
        for (int at = 0; at < bytes.Length;)
        {
            FuzzAnswer answer = Read(bytes, ref at, toHead);
            if (answer.Status >= 200)
            {
                answers.Add(answer);
            }
        }

        return answers;
    }

    private static FuzzAnswer Read(byte[] bytes, ref int at, bool toHead)
    {
        int end = bytes.AsSpan(at).IndexOf("\r\n\r\n"u8);
        if (end < 0 || !bytes.AsSpan(at).StartsWith("HTTP/1.1 "u8))
        {
            throw new FormatException("not an HTTP answer");
        }

        string[] lines = Encoding.Latin1.GetString(bytes, at, end).Split("\r\n");
        at += end + 4;
        int status = int.Parse(lines[0].AsSpan(9, 3), CultureInfo.InvariantCulture);
        Dictionary<string, string> headers = lines.Skip(1).Select(line => line.Split(": ", 2))
            .GroupBy(header => header[0].ToLowerInvariant(), header => header[1])
            .ToDictionary(header => header.Key, header => string.Join(", ", header)); // lines of one name are a list
        bool bodiless = toHead || status < 200 || status is 204 or 304;
        byte[] body = bodiless ? []
            : headers.TryGetValue("content-length", out string? length) ? Take(bytes, ref at, int.Parse(length, CultureInfo.InvariantCulture))
            : headers.ContainsKey("transfer-encoding") ? Chunks(bytes, ref at)
            : Take(bytes, ref at, bytes.Length - at);
        return new(status, headers, headers.GetValueOrDefault("content-encoding") == "br" && body.Length > 0 ? Decompress(body) : body);
    }

    // Of the encodings that the requests name the service likes Brotli best.
    private static byte[] Decompress(byte[] body)
    {
        using MemoryStream plain = new();
        using BrotliStream compressed = new(new MemoryStream(body), CompressionMode.Decompress);
        compressed.CopyTo(plain);
        return plain.ToArray();
    }

    private static byte[] Chunks(byte[] bytes, ref int at)
    {
        using MemoryStream body = new();
        while (true)
        {
            int line = bytes.AsSpan(at).IndexOf(Line);
            if (line < 0)
            {
                throw new FormatException("an answer broken off");
            }

            int size = int.Parse(Encoding.ASCII.GetString(bytes, at, line), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            at += line + Line.Length;
            body.Write(Take(bytes, ref at, size));
            Take(bytes, ref at, Line.Length);
            if (size == 0)
            {
                return body.ToArray();
            }
        }
    }

    private static byte[] Take(byte[] bytes, ref int at, int length)
    {
        byte[] part = at + length <= bytes.Length ? bytes[at..(at + length)] : throw new FormatException("an answer broken off");
        at += length;
        return part;
    }
}
