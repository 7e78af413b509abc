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
