using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace PodMetadata.Tests.Bench;

/// <summary>Asks for much at once, one request at a time.</summary>
internal static class Client
{
    public const string Listing = "GET /pod/info";

    /// <summary>Lists all pods, and says after what time the first byte, and the last, was there.</summary>
    public static async Task<(TimeSpan FirstByte, TimeSpan Whole)> ListAsync(Uri address)
    {
        using HttpClient http = new() { BaseAddress = address };
        byte[] buffer = new byte[256 * 1024];
        Stopwatch watch = Stopwatch.StartNew();
        using HttpResponseMessage response = await http.GetAsync(new Uri("/pod/info", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await using Stream body = await response.Content.ReadAsStreamAsync();
        int read = await body.ReadAsync(buffer);
        TimeSpan firstByte = watch.Elapsed;
        while (read > 0)
        {
            read = await body.ReadAsync(buffer);
        }

        return (firstByte, watch.Elapsed);
    }

    /// <summary>The median time that the service takes to resolve so many IPs of as many pods, each another, over some requests.</summary>
    /// <param name="address">The service.</param>
    /// <param name="pods">How many pods there are.</param>
    /// <param name="ips">How many IPs a request asks for.</param>
    /// <param name="at">When, or null for now.</param>
    public static async Task<TimeSpan> ResolveAsync(Uri address, int pods, int ips, DateTime? at)
    {
        const int Requests = 30;
        using HttpClient http = new() { BaseAddress = address };
        List<TimeSpan> times = [];
        for (int i = 0; i < Requests; i++)
        {
            object[] questions = [.. Enumerable.Range(0, ips).Select(n => (((n * 7919) + (i * 31)) % pods) + 1).Select(id => new
            {
                ip = string.Create(CultureInfo.InvariantCulture, $"10.{id / 65536}.{id / 256 % 256}.{id % 256}"),
                at = at?.ToString("s", CultureInfo.InvariantCulture),
            })];
            Stopwatch watch = Stopwatch.StartNew();
            using HttpResponseMessage response = await http.PostAsJsonAsync(new Uri("/pod/resolve", UriKind.Relative), questions);
            byte[] body = await response.Content.ReadAsByteArrayAsync();
            times.Add(watch.Elapsed);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(JsonDocument.Parse(body).RootElement.EnumerateArray().Count(answer => answer.GetProperty("match").GetString() == "unique"), Is.EqualTo(ips));
        }

        return times.Order().ElementAt(Requests / 2);
    }
}
