using System.Net;

namespace PodMetadata.Tests.Api;

/// <summary>Listings pass from the database to the socket without being held.</summary>
public sealed class StreamingTests : ServiceTests
{
    private const int Rows = 20_000;
    private const int ManifestLength = 8_000;
    private const long Allowed = 64 * 1024 * 1024;

    [TestCase("/pod/info")]
    [TestCase("/pod/list/worker-1")]
    public async Task A_listing_of_any_length_takes_little_memory(string path)
    {
        await Service.SqlAsync($$"""
            INSERT INTO pod_details (pod_name, pod_ip, node_name, is_dead, pod_obj, time_stamp)
            SELECT 'pod-' || i, '10.0.0.1', 'worker-1', false, jsonb_build_object('text', repeat('x', {{ManifestLength}})), timestamp '2026-01-01'
            FROM generate_series(1, {{Rows}}) AS i
            """);
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
