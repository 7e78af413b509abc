using System.Globalization;
using System.Text;

namespace PodMetadata.Tests.Fuzz;

/// <summary>Makes requests that are wrong in body, headers, method, path or framing, or now and then right.</summary>
internal static class FuzzCases
{
    private const string Json = "application/json";

    private static readonly string[] Methods =
        ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "PROPFIND", "G\0T", "", "POST POST", "É", new('M', 5000)];

    private static readonly string[] Roots =
        ["/pod/name/", "/pod/ip/", "/pod/list/", "/pod/spec", "/pod/mark_dead", "/pod/info", "/pod/", "/", "/swagger", "/swagger/", "/swagger/v1/swagger.json", "/livez", "/readyz", "/health", "/metrics", "", "pod/info", "//pod/info",
        "/pod/resolve", "/pod/ip/10.0.0.1/history?continue=", "/pod/ip/10.0.0.1?at=", "/pod/info?limit=2&labelSelector=", "/pod/info?limit=2&continue=", "/pod/list/n1?fields="];

    private static readonly string[] Segments =
    [
        "fuzz-1", "10.0.0.1", "::1", "%3a%3a1", "10.1", "%00", "a%00b", "%2F", "a%2fb", "..", "%2e%2e", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", ".", "//", "/../../", "%", "%z", "%zz", "%ff", "%ED%A0%80",
        "%C0%AF", "%F0%9F%98%80", "%E2%80%AE", "?", "?a=%00&a[]=", "#", ";a=b", "\\", "..\\..", " ", "%20", "+", "%0d%0aSet-Cookie:a=b", "%u0041", "{name}", "*", "\u00e9", "\x01", "'%20OR%201=1--", "%25", "%2525",
        "~", "index.html", new('a', 300), new('a', 9000), string.Concat(Enumerable.Repeat("%41", 2000)), string.Concat(Enumerable.Repeat("/a", 1000)),
    ];

    private static readonly string[] Targets = ["*", "http://elsewhere/pod/info", "http://[::1", "https://a:99999/pod/info", "elsewhere:80", "/pod/info HTTP/1.1\r\nX: y", "", "\0", "//", "/%", "?", "#"];

    private static readonly string[] Versions = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/3.7", "http/1.1", "HTTP/1.1 ", "HTTP", "", "HTTP/1.1\0"];

    private static readonly string[] ContentTypes =
    [
        Json, "application/json; charset=utf-8", "application/json; charset=\"utf-8\"", "application/json;charset=utf-16", "application/json; charset=utf-7", "application/json; charset=", "application/json; charset=\"",
        "application/json; charset=iso-8859-1", "application/json; charset=x; charset=utf-8", "application/json; boundary=x", "application/json;;;", "application/json; x=", "application/json; x", "application/json; x=; charset=utf-8", "application/json; charset=utf-8; charset=", "application/problem+json", "application/vnd.a+json", "text/json", "text/plain",
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/form-data", "*/*", "application/*", "application", "/", ";", "", "\"", "application/json, text/plain", "a/b; \u00e9=\u00fc", new('a', 3000), "application/json; q=" + new string('9', 400),
    ];

    private static readonly string[] Headers =
    [
        "Accept: text/html", "Accept: */*;q=0", "Accept: application/json;charset=utf-16", "Accept: application/xml, text/plain", "Accept: ,;=/", "Accept: image/*;q=1e99", "Accept-Charset: utf-16", "Accept-Encoding: gzip, br, zstd;q=0",
        "Accept-Language: \"", "Expect: 100-continue", "Expect: 200-ok", "Host: elsewhere", "Host: a b", "Host:", "Host: [::1", "Host: a:99999", "X-Long: LONG", "X-Longer: LONGER", "X-Empty:", "X-Nul: a\0b", "X-Cr: a\rb", "No-Colon", ": no name",
        " X-Folded: a", "X-Space : a", "X-\u00e9: \u00fc", "Content-Length: 0", "Content-Length: -1", "Content-Length: +5", "Content-Length: 99999999999999999999", "Content-Length: 5000000", "Content-Length: 1, 2", "Content-Length: x",
        "Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: \tchunked", "Content-Encoding: gzip", "Content-Encoding: nonsense", "Connection: keep-alive",
        "Connection: upgrade\r\nUpgrade: websocket", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__", "Range: bytes=0-1,5-,-9", "If-None-Match: *", "If-Modified-Since: yesterday", "X-HTTP-Method-Override: DELETE",
        "X-Forwarded-For: 1.2.3.4, \"", "X-Forwarded-Proto: javascript", "Forwarded: for=_;by=", "Origin: null", "Origin: http://evil", "Access-Control-Request-Method: POST", "Authorization: Basic ====", "Authorization: Bearer \0", "Authorization: " + "Bearer a.b.c",
        "Cookie: a=b; c; ;=", "traceparent: 00-0-0-00", "traceparent: 00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-01", "tracestate: " + ",=,", "baggage: a=%00,b", "Request-Id: |a.\r\n", "Referer: \\", "MANY",
    ];

    /// <summary>The case of a number under a seed: always the same.</summary>
    public static FuzzCase Make(int seed, int number)
    {
        Random random = new(unchecked((seed * 1_000_003) + number));
        return random.Next(100) switch
        {
            < 45 => Posted(random, number, "body", FuzzBodies.Mutated(random, number), Json),
            < 60 => Posted(random, number, "headers", Either(random, Encoding.UTF8.GetBytes(FuzzBodies.Right(number)), FuzzBodies.Mutated(random, number)), Pick(random, ContentTypes), random.Next(3)),
            < 65 => MarkedDead(random, number),
            < 70 => Posted(random, number, "gzip", Either(random, FuzzBodies.Zipped(Encoding.UTF8.GetBytes(FuzzBodies.Right(number))), Encoding.UTF8.GetBytes(FuzzBodies.Right(number))), Json, header: "Content-Encoding: gzip"),
            < 90 => Asked(random, number),
            < 95 => Chunked(random, number),
            _ => Raw(random, number),
        };
    }

    private static FuzzCase Posted(Random random, int number, string kind, byte[] body, string contentType, int headers = 0, string? header = null) =>
        new(number, kind, Request("POST", "/pod/spec", "HTTP/1.1", body, contentType, [.. RandomHeaders(random, headers), .. header is null ? Array.Empty<string>() : [header]]));

    private static FuzzCase MarkedDead(Random random, int number)
    {
        string name = Pick(random, [$"\"fuzz-{random.Next(number + 1)}\"", "\"none\"", "null", "5", "\" \"", "\"a\\r\\nwarn: forged\"", "\"\\u0000\"", $"\"{new string('x', 300)}\""]);
        string ip = Pick(random, ["null", "\"10.9.0.1\"", "\"\"", "\"10.1\"", "5", "\"a\\nforged\"", "\"::FFFF:10.9.0.1\""]);
        return new(number, "mark_dead", Request("POST", "/pod/mark_dead", "HTTP/1.1", Encoding.UTF8.GetBytes($$"""{"pod_name":{{name}},"pod_ip":{{ip}}}"""), Json, RandomHeaders(random, random.Next(2))));
    }

    private static FuzzCase Asked(Random random, int number)
    {
        string target = random.Next(8) == 0
            ? Pick(random, Targets)
            : Pick(random, Roots) + string.Concat(Enumerable.Range(0, random.Next(1, 3)).Select(_ => Pick(random, Segments)));
        string method = random.Next(3) == 0 ? Pick(random, Methods) : "GET";
        return new(number, "path", Request(method, target, random.Next(10) == 0 ? Pick(random, Versions) : "HTTP/1.1", [], null, RandomHeaders(random, random.Next(2))));
    }

    private static FuzzCase Chunked(Random random, int number)
    {
        string body = FuzzBodies.Right(number);
        string size = Encoding.UTF8.GetByteCount(body).ToString("x", CultureInfo.InvariantCulture);
        string chunks = Pick(random,
        [
            $"{size}\r\n{body}\r\n0\r\n\r\n", $"{size};ext=\"\r\n{body}\r\n0\r\n\r\n", $"{size}\r\n{body}\r\n0\r\nTrailer: a\r\n\r\n", $"{size}\r\n{body}\r\n", $"{size}\r\n{body}", $"0{size}\r\n{body}\r\n0\r\n\r\n",
            $"fffffffffffffffff\r\n{body}", $"-1\r\n{body}\r\n0\r\n\r\n", $"zz\r\n{body}\r\n0\r\n\r\n", $"{size}\n{body}\n0\n\n", $"{size}\r\n{body}0\r\n\r\n", "0\r\n\r\n", "\r\n", $"1\r\n{{\r\n{body}", $"5\r\n{body}\r\n0\r\n\r\n",
        ]);
        return new(number, "chunks", [.. Encoding.UTF8.GetBytes($"POST /pod/spec HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {Json}\r\nTransfer-Encoding: chunked\r\n"
            + $"{(random.Next(6) == 0 ? "Content-Length: 5\r\n" : "")}\r\n{chunks}")]);
    }

    private static FuzzCase Raw(Random random, int number)
    {
        byte[] right = Request("POST", "/pod/spec", "HTTP/1.1", Encoding.UTF8.GetBytes(FuzzBodies.Right(number)), Json, []);
        int at = random.Next(right.Length);
        byte[] noise = new byte[random.Next(1, 500)];
        random.NextBytes(noise);
        byte[] flipped = [.. right];
        flipped[random.Next(Math.Min(200, flipped.Length))] ^= (byte)(1 << random.Next(8));
        return new(number, "raw", random.Next(12) switch
        {
            0 => noise,
            1 => right[..at],
            2 or 3 or 4 => flipped,
            5 => [.. right[..at], .. noise, .. right[at..]],
            6 => [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, .. noise],
            7 => Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            8 => Encoding.ASCII.GetBytes("GET /pod/ip/10.0.0.1 HTTP/1.1\nHost: a\nConnection: close\n\n"),
            9 => Encoding.ASCII.GetBytes(new string('A', random.Next(1, 100_000))),
            10 => Encoding.ASCII.GetBytes("\r\n\r\n\r\nGET /pod/name/none HTTP/1.1\r\nHost: a\r\n\r\nGET /pod/name/none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
            _ => Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", random.Next(1, 300)))),
        });
    }

    private static byte[] Request(string method, string target, string version, byte[] body, string? contentType, string[] headers)
    {
        StringBuilder head = new($"{method} {target} {version}\r\n");
        void Unless(string name, string line)
        {
            if (!headers.Any(header => header.StartsWith(name + ":", StringComparison.Ordinal)) || body.Length % 5 == 0)
            {
                head.Append(line).Append("\r\n");
            }
        }

        Unless("Host", "Host: localhost");
        Unless("Connection", "Connection: close");
        foreach (string header in headers)
        {
            head.Append(header).Append("\r\n");
        }

        if (contentType is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {contentType}\r\n");
            Unless("Content-Length", $"Content-Length: {body.Length}");
        }

        return [.. Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), .. body];
    }

    private static string[] RandomHeaders(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => Pick(random, Headers) switch
    {
        "MANY" => string.Join("\r\n", Enumerable.Range(0, random.Next(50, 300)).Select(i => $"X-{i}: {i}")),
        "X-Long: LONG" => "X-Long: " + new string('l', random.Next(1000, 8000)),
        "X-Longer: LONGER" => "X-Longer: " + new string('l', random.Next(8000, 60_000)),
        string header => header,
    })];

    private static byte[] Either(Random random, byte[] one, byte[] other) => random.Next(2) == 0 ? one : other;

    private static T Pick<T>(Random random, T[] items) => items[random.Next(items.Length)];
}
