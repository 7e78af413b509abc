using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>Clients that ask for more than can be served, or do not take what they asked for.</summary>
[Parallelizable]
public sealed class LimitTests
{
    private const string Ask = "POST /pod/resolve HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    private const string Post = "POST /pod/spec HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    // Who sends no more is cut off after a second for each byte that came.
    private static readonly Dictionary<string, string?> SlowClients = new() { ["Limits:Rate"] = "1", ["Limits:RequestTime"] = "01:00:00" };

    [Test]
    public async Task Listings_that_nobody_reads_leave_lookups_and_writes_alone_and_are_cut_off()
    {
        await using Service service = await Service.StartAsync(settings: new Dictionary<string, string?> { ["Limits:Listings"] = "2", ["Limits:Rate"] = "1000000" });
        await service.FillAsync(10_000);
        TcpClient[] readers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync(service, "GET /pod/info HTTP/1.1\r\nHost: localhost\r\n\r\n")));
        try
        {
            await Wait.UntilAsync(async () => await ListingsAsync() is 2L);
            object started = (await service.SqlAsync("SELECT now()"))!;
            using HttpResponseMessage busy = await service.Http.GetAsync("/pod/info");
            JsonNode problem = await Problems.ReadAsync(busy, HttpStatusCode.ServiceUnavailable);
            await service.GetAsync("/pod/name/pod-1");
            await service.UpsertAsync(PodJson.With());
            using (Assert.EnterMultipleScope())
            {
                Assert.That(problem["detail"]!.GetValue<string>(), Is.EqualTo("The service is busy. Try again."));
                Assert.That(busy.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
                Assert.That(await ListingsAsync(), Is.EqualTo(2), "nobody waited for their end");
            }

            await Wait.UntilAsync(async () => await ListingsAsync($"AND query_start < '{started:O}'") is 0L);
        }
        finally
        {
            Array.ForEach(readers, reader => reader.Dispose());
        }

        Task<object?> ListingsAsync(string and = "") => service.SqlAsync(
            $"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND application_name = 'PodMetadata listings' {and}");
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
            Assert.That(took.Elapsed, Is.LessThan(TimeSpan.FromMinutes(1)));
            await client.GetStream().WriteAsync(new byte[4096]);
            await Task.WhenAny(answer, Task.Delay(50));
        }

        Assert.That(await answer, Is.EqualTo("HTTP/1.1 408 Request Timeout"));
    }

    [Test]
    public async Task A_body_that_drips_is_answered_408()
    {
        await using Service service = await Service.StartAsync(settings: new Dictionary<string, string?> { ["Limits:RequestTime"] = "01:00:00" });
        using TcpClient client = await SendAsync(service, $"{Post}Content-Length: 100\r\n\r\n{{\"pod_name\":");
        using StreamReader reader = new(client.GetStream());
        Assert.That(await reader.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)), Is.EqualTo("HTTP/1.1 408 Request Timeout"));
    }

    [Test]
    public async Task Beyond_the_limit_a_write_is_refused_at_once_and_lookups_are_served()
    {
        await using Service service = await Service.StartAsync(settings: new Dictionary<string, string?>(SlowClients) { ["Limits:Writes"] = "2" });
        using TakenPlaces places = await TakenPlaces.TakeAsync(service, Post, () => service.PostAsync("/pod/spec", PodJson.With().ToJsonString()));
        await service.SqlAsync("DELETE FROM pod_details");

        // While the places are taken: whoever waited for one would have no answer.
        HttpResponseMessage[] refused = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => service.PostAsync("/pod/spec", PodJson.With().ToJsonString())));
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
        await using Service service = await Service.StartAsync(settings: new Dictionary<string, string?>(SlowClients) { ["Limits:Resolves"] = "2" });
        using TakenPlaces places = await TakenPlaces.TakeAsync(service, Ask, () => service.PostAsync("/pod/resolve", "[]"));
        using HttpResponseMessage refused = await service.PostAsync("/pod/resolve", "[]");
        JsonNode problem = await Problems.ReadAsync(refused, HttpStatusCode.ServiceUnavailable);
        Assert.That(problem["detail"]!.GetValue<string>(), Is.EqualTo("The service is busy. Try again."));
        Assert.That(refused.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));

        Assert.That(await service.GetAsync("/pod/ip/10.0.0.1/history"), Json.EqualTo(new JsonArray()));
        using HttpResponseMessage lookup = await service.Http.GetAsync("/pod/ip/10.0.0.1");
        Assert.That(lookup.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));

        places.Dispose();
        await Wait.UntilAsync(async () => (await service.PostAsync("/pod/resolve", "[]")).StatusCode == HttpStatusCode.OK);
    }

    private static async Task<TcpClient> SendAsync(Service service, string request)
    {
        TcpClient client = new() { ReceiveBufferSize = 16 * 1024 };
        await client.ConnectAsync(IPAddress.Loopback, service.Http.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        return client;
    }

    /// <summary>Requests that have all the places there are, for their bodies lack their last byte.</summary>
    private sealed class TakenPlaces : IDisposable
    {
        private readonly List<TcpClient> clients = [];

        /// <summary>Takes places until there is none for a whole request.</summary>
        public static async Task<TakenPlaces> TakeAsync(Service service, string request, Func<Task<HttpResponseMessage>> ask)
        {
            TakenPlaces places = new();
            await Wait.UntilAsync(async () =>
            {
                places.clients.Add(await SendAsync(service, $"{request}Content-Length: 100\r\n\r\n{new string(' ', 99)}"));
                using HttpResponseMessage answer = await ask();
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
            });
            return places;
        }

        public void Dispose() => clients.ForEach(client => client.Dispose());
    }
}
