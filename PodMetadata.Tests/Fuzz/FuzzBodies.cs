using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace PodMetadata.Tests.Fuzz;

/// <summary>Makes bodies that begin as right ones.</summary>
internal static class FuzzBodies
{
    /// <summary>Stands in every manifest, and must stand nowhere but in the manifest that is read back.</summary>
    public const string Canary = "canary-in-the-manifest";

    private static readonly string[] Members = ["pod_name", "pod_namespace", "pod_ip", "node_name", "is_dead", "pod_identity", "workload_selector_labels", "pod_obj", "time_stamp", "unknown"];

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1e400", "-1e400", "1e-400", "1e99999999999", "0e99999", "12345678901234567890123456789", "\"\"", "\" \"", "{}", "[]", "[[[]]]", "{\"a\":{}}",
        "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "{\"\\u0000\":1}", "{\"\\udfff\":1}", "\"\\ud83d\\ude00\"", "\"\u2028\u202e\"", "\".\"", "\"..\"", "\"a/b\"", "\"%2e\"",
        "\"'; DELETE FROM x; --\"", "\"a\\r\\nwarn: forged line\"", "\"a\\u001b[31mb\"", "\"::ffff:010.0.0.1\"", "\"fe80::1%eth0\"", "\"2026-02-30T00:00:00\"", "\"9999-12-31T23:59:59-23:59\"",
        "NaN", "Infinity", "'a'", "01", "1.", ".5", "+1", "tru", "\"", "\"\\x\"", "\"\\u12\"", "\"\t\"", "//", "/**/1", "undefined", "1,2", "{\"a\":1,}", "[1,]",
    ];

    private static readonly byte[][] Broken = [[0xff], [0xfe, 0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0], [0, 0, 0], [0x1f], [0x85], [0xef, 0xbb, 0xbf]];

    /// <summary>A record of <c>fuzz-<paramref name="number"/></c> that is right.</summary>
    public static string Right(int number) =>
        $$$"""{"pod_name":"fuzz-{{{number}}}","pod_namespace":"fuzz","pod_ip":"10.9.{{{number / 256 % 256}}}.{{{number % 256}}}","node_name":"fuzz-node-{{{number}}}","is_dead":{{{(number % 3 == 0 ? "true" : "false")}}},"pod_identity":"é 😀","workload_selector_labels":{"app":"a"},"pod_obj":{"spec":{"containers":[{"image":"{{{Canary}}}"}]}},"time_stamp":"2026-05-12T10:32:14.123456Z"}""";

    /// <summary>A right record, changed in one to three ways.</summary>
    public static byte[] Mutated(Random random, int number)
    {
        byte[] body = Encoding.UTF8.GetBytes(WithMember(random, Right(number), random.Next(4)));
        for (int times = random.Next(3); times > 0; times--)
        {
            body = MutateBytes(random, body);
        }

        return body;
    }

    /// <summary>As gzip.</summary>
    public static byte[] Zipped(byte[] body)
    {
        using MemoryStream zipped = new();
        using (GZipStream gzip = new(zipped, CompressionLevel.Fastest))
        {
            gzip.Write(body);
        }

        return zipped.ToArray();
    }

    private static string WithMember(Random random, string json, int how)
    {
        string member = Pick(random, Members);
        string value = random.Next(6) switch
        {
            0 => $"{Repeated(random, "[")}{Canary}",
            1 => Nested(random.Next(1, 200)),
            2 => $"\"{new string(Pick(random, ["n", "\u00e9", "%"])[0], random.Next(1, 20_000))}\"",
            3 => new string('9', random.Next(1, 20_000)),
            _ => Pick(random, Values),
        };
        return how switch
        {
            0 => json,
            1 => $"{json[..^1]},\"{member}\":{value}}}",
            2 => $"{{\"{member}\":{value},{json[1..]}",
            _ => Removed(json, member),
        };
    }

    private static byte[] MutateBytes(Random random, byte[] body)
    {
        int at = random.Next(body.Length + 1);
        switch (random.Next(10))
        {
            case 0:
                for (int flips = random.Next(1, 9); flips > 0 && body.Length > 0; flips--)
                {
                    body[random.Next(body.Length)] ^= (byte)(1 << random.Next(8));
                }

                return body;
            case 1: return body[..at];
            case 2: return [.. body[..at], .. Pick(random, Broken), .. body[at..]];
            case 3: return [0xef, 0xbb, 0xbf, .. body];
            case 4: return Pick(random, [Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, Encoding.Latin1]).GetBytes(Encoding.UTF8.GetString(body));
            case 5: return [.. body, .. Encoding.UTF8.GetBytes(Pick(random, [" ", "\0", "{}", ",", "]", "\r\n\r\n", "x"]))];
            case 6: return Encoding.UTF8.GetBytes(Pick(random, ["", " ", "null", "[]", "\"\"", "1", "{", "{}", "[{}]", "\0", "{\"pod_name\":\"", "<xml/>", "a=b&c=d"]));
            case 7:
                byte[] noise = new byte[random.Next(1, 2000)];
                random.NextBytes(noise);
                return noise;
            case 8: return Encoding.UTF8.GetBytes(Nested(random.Next(1, 5000)));
            default: return body;
        }
    }

    private static string Removed(string json, string member)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return $"{{{string.Join(',', document.RootElement.EnumerateObject().Where(property => property.Name != member).Select(property => property.ToString()))}}}";
    }

    private static string Nested(int levels) => levels % 2 == 0
        ? new string('[', levels) + new string(']', levels)
        : string.Concat(Enumerable.Repeat("{\"a\":", levels)) + "1" + new string('}', levels);

    private static string Repeated(Random random, string text) => string.Concat(Enumerable.Repeat(text, random.Next(1, 100)));

    private static T Pick<T>(Random random, T[] items) => items[random.Next(items.Length)];
}
