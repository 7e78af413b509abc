using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>Clients that ask for more than can be served, or do not take what they asked for.</summary>
public sealed class LimitTests
{
    private const string Ask = "POST /pod/resolve HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    private const string Post = "POST /pod/spec HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    [Test]
    public async Task Listings_that_nobody_reads_leave_lookups_and_writes_alone_and_are_cut_off()
    {
        await using Service service = await Service.StartAsync(settings: new Dictionary<string, string?> { ["Limits:Listings"] = "2", ["Limits:Rate"] = "1000000" });
        await service.SqlAsync("""
            INSERT INTO pod_details (pod_name, pod_ip, node_name, is_dead, pod_obj, time_stamp)
            SELECT 'pod-' || i, '10.0.0.1', 'worker-1', false, jsonb_build_object('text', repeat('x', 8000)), timestamp '2026-01-01'
            FROM generate_series(1, 10000) AS i
            """);
        TcpClient[] readers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync(service, "GET /pod/info HTTP/1.1\r\nHost: localhost\r\n\r\n")));
        try
        {
            while (await service.SqlAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%ORDER BY%'") is not 3L)
            {
                await Task.Delay(20); // two, and this question
            }

            object started = (await service.SqlAsync("SELECT now()"))!;
            using HttpResponseMessage busy = await service.Http.GetAsync("/pod/info");
            JsonNode problem = await Problems.ReadAsync(busy, HttpStatusCode.ServiceUnavailable);
            Stopwatch took = Stopwatch.StartNew();
            await service.GetAsync("/pod/name/pod-1");
            await service.UpsertAsync(PodJson.With());
            using (Assert.EnterMultipleScope())
            {
                Assert.That(problem["detail"]!.GetValue<string>(), Is.EqualTo("The service is busy. Try again."));
                Assert.That(busy.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
                Assert.That(took.Elapsed, Is.LessThan(TimeSpan.FromSeconds(1)));
            }

            // Those that are served are cut off, for those that wait.
            took.Restart();
            while (await service.SqlAsync($"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%ORDER BY%' AND query_start < '{started:O}'") is not 0L)
            {
                Assert.That(took.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
                await Task.Delay(100);
            }
        }
        finally
        {
            Array.ForEach(readers, reader => reader.Dispose());
        }
    }

    [Test]
    public async Task A_body_that_does_not_end_is_answered_408()
    {
        await using Service service = await Service.StartAsync(settings: new Dictionary<string, string?> { ["Limits:RequestTime"] = "00:00:00.5" });
        using TcpClient client = await SendAsync(service, $"{Post}Content-Length: 4000000\r\n\r\n");
        using StreamReader reader = new(client.GetStream());
        Stopwatch took = Stopwatch.StartNew();
        Task<string?> answer = reader.ReadLineAsync();
        while (!answer.IsCompleted) // fast enough for the server's own rule
        {
            Assert.That(took.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)));
            await client.GetStream().WriteAsync(new byte[4096]);
            await Task.WhenAny(answer, Task.Delay(50));
        }

        Assert.That(await answer, Is.EqualTo("HTTP/1.1 408 Request Timeout"));
    }

    [Test]
    public async Task A_body_that_drips_is_answered_408()
    {
        await using Service service = await Service.StartAsync();
        using TcpClient client = await SendAsync(service, $"{Post}Content-Length: 100\r\n\r\n{{\"pod_name\":");
        using StreamReader reader = new(client.GetStream());
        Assert.That(await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(9)), Is.EqualTo("HTTP/1.1 408 Request Timeout")); // before RequestTime
    }

    [Test]
    public async Task Beyond_the_limit_a_write_is_refused_at_once_and_lookups_are_served()
    {
        await using Service service = await Service.StartAsync(settings: new Dictionary<string, string?> { ["Limits:Writes"] = "2" });
        using TcpClient first = await SendAsync(service, $"{Post}Content-Length: 100\r\n\r\n");
        using TcpClient second = await SendAsync(service, $"{Post}Content-Length: 100\r\n\r\n");
        await Wait.UntilAsync(async () => (await service.PostAsync("/pod/spec", PodJson.With().ToJsonString())).StatusCode == HttpStatusCode.ServiceUnavailable);
        await service.SqlAsync("DELETE FROM pod_details");

        Stopwatch took = Stopwatch.StartNew();
        HttpResponseMessage[] refused = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => service.PostAsync("/pod/spec", PodJson.With().ToJsonString())));
        Assert.That(took.Elapsed, Is.LessThan(TimeSpan.FromSeconds(1)));
        foreach (HttpResponseMessage response in refused)
        {
            await Problems.ReadAsync(response, HttpStatusCode.ServiceUnavailable);
            Assert.That(response.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
        }

        Assert.That(await service.NamesAsync("/pod/info"), Is.Empty);
    }

    [Test]
    public async Task Beyond_the_limit_many_ips_are_refused_at_once_and_lookups_are_served()
    {
        await using Service service = await Service.StartAsync(settings: new Dictionary<string, string?> { ["Limits:Resolves"] = "2" });
        using TcpClient first = await SendAsync(service, $"{Ask}Content-Length: 100\r\n\r\n");
        using TcpClient second = await SendAsync(service, $"{Ask}Content-Length: 100\r\n\r\n");
        await Wait.UntilAsync(async () => (await service.PostAsync("/pod/resolve", "[]")).StatusCode == HttpStatusCode.ServiceUnavailable);
        using HttpResponseMessage refused = await service.PostAsync("/pod/resolve", "[]");
        JsonNode problem = await Problems.ReadAsync(refused, HttpStatusCode.ServiceUnavailable);
        Assert.That(problem["detail"]!.GetValue<string>(), Is.EqualTo("The service is busy. Try again."));
        Assert.That(refused.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));

        Assert.That(await service.GetAsync("/pod/ip/10.0.0.1/history"), Json.EqualTo(new JsonArray()));
        using HttpResponseMessage lookup = await service.Http.GetAsync("/pod/ip/10.0.0.1");
        Assert.That(lookup.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));

        first.Close();
        await Wait.UntilAsync(async () => (await service.PostAsync("/pod/resolve", "[]")).StatusCode == HttpStatusCode.OK);
    }

    private static async Task<TcpClient> SendAsync(Service service, string request)
    {
        TcpClient client = new() { ReceiveBufferSize = 16 * 1024 };
        await client.ConnectAsync(IPAddress.Loopback, service.Http.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        return client;
    }
}
