using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace PodMetadata.Tests.Api;

/// <summary>What SIGTERM does to requests in flight.</summary>
[Parallelizable]
public sealed partial class ShutdownTests
{
    private const string Pod = """{"pod_name": "web-0", "pod_ip": "10.0.0.1", "node_name": "worker-1", "time_stamp": "2026-01-01T00:00:00"}""";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly (string Name, string Value)[] SlowClients = [("Limits__RequestTime", "01:00:00"), ("Limits__Rate", "1")];

    [Test]
    public async Task A_body_that_was_on_its_way_is_waited_for_and_stored()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(SlowClients);
        using TcpClient client = await SendHalfAsync(service);
        service.Terminate();
        await service.LineAsync("Application is shutting down");
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Pod[40..]));
        using StreamReader answer = new(client.GetStream());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await answer.ReadLineAsync().WaitAsync(Patience), Is.EqualTo("HTTP/1.1 200 OK"));
            Assert.That(await service.ExitCodeAsync(Patience), Is.Zero);
        }
    }

    [Test]
    public async Task A_body_that_never_ends_is_waited_for_no_longer_than_the_time_for_shutdown()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync([("ShutdownTimeoutSeconds", "1"), .. SlowClients]);
        using TcpClient client = await SendHalfAsync(service);
        service.Terminate();
        Assert.That(await service.ExitCodeAsync(Patience), Is.Zero);
    }

    [Test]
    public async Task During_the_delay_it_is_not_ready_and_serves_every_request_as_the_last_of_its_connection()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(("ShutdownDelaySeconds", "300"), ("ShutdownTimeoutSeconds", "1"));
        using (HttpResponseMessage before = await service.Http.GetAsync("/readyz"))
        {
            Assert.That(before.Headers.ConnectionClose, Is.Not.True);
        }

        service.Terminate();
        await service.WaitForAsync("/readyz", HttpStatusCode.ServiceUnavailable, saying: "The service is stopping.");
        using StringContent pod = new(Pod, null, "application/json");
        using HttpResponseMessage post = await service.Http.PostAsync("/pod/spec", pod);
        using HttpResponseMessage get = await service.Http.GetAsync("/pod/name/web-0");
        using HttpResponseMessage live = await service.Http.GetAsync("/livez");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((post.StatusCode, get.StatusCode, live.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK)));
            Assert.That((post.Headers.ConnectionClose, get.Headers.ConnectionClose), Is.EqualTo((true, true)));
            Assert.That(service.IsRunning);
        }
    }

    [Test]
    public async Task After_the_delay_requests_in_flight_still_have_their_time()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync([("ShutdownDelaySeconds", "2"), ("ShutdownTimeoutSeconds", "60"), .. SlowClients]);
        using TcpClient client = await SendHalfAsync(service);
        Stopwatch since = Stopwatch.StartNew();
        service.Terminate();
        await service.LineAsync("continues to serve requests for 2 s");
        await Wait.UntilAsync(async () => await IsClosedAsync(service.Address));
        Assert.That(since.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(1.9)));
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Pod[40..]));
        using StreamReader answer = new(client.GetStream());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await answer.ReadLineAsync().WaitAsync(Patience), Is.EqualTo("HTTP/1.1 200 OK"));
            Assert.That(await service.ExitCodeAsync(Patience), Is.Zero);
        }
    }

    private static async Task<bool> IsClosedAsync(Uri address)
    {
        using TcpClient client = new();
        try
        {
            await client.ConnectAsync(address.Host, address.Port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task<TcpClient> SendHalfAsync(ServiceProcess service)
    {
        TcpClient client = new(service.Address.Host, service.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /pod/spec HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Pod.Length}\r\n\r\n{Pod[..40]}"));
        await Wait.UntilAsync(async () => Posting().IsMatch(await service.Http.GetStringAsync("/metrics")));
        return client;
    }

    [GeneratedRegex("^http_server_active_requests{.*http_request_method=\"POST\".*} 1$", RegexOptions.Multiline)]
    private static partial Regex Posting();
}
