using System.Diagnostics;
using System.Net;

namespace PodMetadata.Tests.Bench;

/// <summary>Reads listings, one at a time.</summary>
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
}
