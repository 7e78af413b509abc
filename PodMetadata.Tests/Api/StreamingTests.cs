using System.Net;

namespace PodMetadata.Tests.Api;

/// <summary>Listings pass from the database to the socket without being held.</summary>
public sealed class StreamingTests : ServiceTests
{
    private const int Rows = 20_000;
    private const long Allowed = 64 * 1024 * 1024;

    [TestCase("/pod/info")]
    [TestCase("/pod/list/worker-1")]
    public async Task A_listing_of_any_length_takes_little_memory(string path)
    {
        await Service.FillAsync(Rows);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0;
        long length = 0;
        using HttpResponseMessage response = await Service.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        await using Stream stream = await response.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[64 * 1024];
        int collected = 0;
        for (int read; (read = await stream.ReadAsync(buffer)) > 0; length += read)
        {
            if (length / (16 * 1024 * 1024) > collected)
            {
                collected++;
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(length, Is.GreaterThan(2 * Allowed));
            Assert.That(most, Is.LessThan(Allowed));
        }
    }
}
