using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PodMetadata.Tests.Api;

/// <summary>Who has no token comes nowhere near a pod; who has one may do what its role says.</summary>
public sealed class AuthenticationTests : ServiceTests
{
    private static readonly string[] Routes = ["/pod/info", "/pod/name/web-0", "/pod/ip/10.0.0.1", "/pod/ip/10.0.0.1/history", "/pod/list/worker-1"];

    private Service secured = null!;

    [OneTimeSetUp]
    public async Task StartSecuredAsync() => secured = await Service.StartAsync(Service.ConnectionString, waitUntilReady: false, Security.Tokens);

    [OneTimeTearDown]
    public async Task StopSecuredAsync() => await secured.DisposeAsync();

    [Test]
    public async Task Without_tokens_all_may_read_and_write_and_a_warning_says_so()
    {
        await using Service open = await Service.StartAsync(Service.ConnectionString, waitUntilReady: false);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await open.AllowedAsync(null), Is.EqualTo((200, 200)));
            Assert.That(await open.AllowedAsync("whatever"), Is.EqualTo((200, 200)));
            Assert.That(open.Warnings().Where(warning => warning.Contains("Authentication", StringComparison.Ordinal)), Is.EqualTo(new[]
            {
                "Authentication is off: whoever reaches the port can read and write. Set Authentication:Tokens, Authentication:TokensFile or Authentication:Jwt.",
            }));
            Assert.That(secured.Warnings().Where(warning => warning.Contains("Authentication", StringComparison.Ordinal)), Is.Empty);
        }
    }

    [TestCase(null, 401, 401)]
    [TestCase("", 401, 401)]
    [TestCase("unknown-0123456789", 401, 401)]
    [TestCase("read-only-012345678", 401, 401)]
    [TestCase("read-only-01234567890", 401, 401)]
    [TestCase("READ-ONLY-0123456789", 401, 401)]
    [TestCase("a.b.c", 401, 401)]
    [TestCase(Security.ReadToken, 200, 403)]
    [TestCase(Security.WriteToken, 200, 200)]
    public async Task A_token_permits_what_its_role_says(string? token, int read, int write)
    {
        Assert.That(await secured.AllowedAsync(token), Is.EqualTo((read, write)));
        Assert.That(await Service.SqlAsync("SELECT count(*) FROM pod_details"), Is.EqualTo(write == 200 ? 1 : 0));
    }

    [Test]
    public async Task Every_route_asks_for_a_token()
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (string route in Routes)
            {
                using HttpResponseMessage get = await secured.SendAsync(null, HttpMethod.Get, route);
                await Problems.ReadAsync(get, HttpStatusCode.Unauthorized);
                using HttpResponseMessage head = await secured.SendAsync(null, HttpMethod.Head, route);
                Assert.That(head.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), route);
            }

            foreach (string route in new[] { "/pod/spec", "/pod/mark_dead" })
            {
                using HttpResponseMessage stranger = await secured.SendAsync(null, HttpMethod.Post, route, "{}");
                await Problems.ReadAsync(stranger, HttpStatusCode.Unauthorized);
                using HttpResponseMessage reader = await secured.SendAsync(Security.ReadToken, HttpMethod.Post, route, "{}");
                await Problems.ReadAsync(reader, HttpStatusCode.Forbidden);
            }

            using HttpResponseMessage asking = await secured.SendAsync(null, HttpMethod.Post, "/pod/resolve", "[]");
            await Problems.ReadAsync(asking, HttpStatusCode.Unauthorized);
            using HttpResponseMessage asked = await secured.SendAsync(Security.ReadToken, HttpMethod.Post, "/pod/resolve", "[]");
            Assert.That(asked.StatusCode, Is.EqualTo(HttpStatusCode.OK), "it only reads");
        }
    }

    [TestCase("/livez")]
    [TestCase("/readyz")]
    [TestCase("/health")]
    [TestCase("/metrics")]
    [TestCase("/swagger/index.html")]
    [TestCase("/swagger/v1/swagger.json")]
    public async Task Probes_metrics_and_Swagger_UI_ask_for_no_token(string path)
    {
        await secured.WaitForAsync("/readyz", HttpStatusCode.OK);
        using HttpResponseMessage response = await secured.SendAsync(null, HttpMethod.Get, path);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase(null, "Bearer")]
    [TestCase("Basic YTpi", "Bearer")]
    [TestCase("Bearer unknown-0123456789", "Bearer error=\"invalid_token\"")]
    [TestCase("bearer " + Security.WriteToken, null)]
    public async Task A_401_says_how_to_come_in(string? authorization, string? challenge)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/pod/info");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using HttpResponseMessage response = await secured.Http.SendAsync(request);
        Assert.That(response.Headers.WwwAuthenticate.SingleOrDefault()?.ToString(), Is.EqualTo(challenge));
    }

    [TestCase(null, HttpStatusCode.Unauthorized)]
    [TestCase(Security.ReadToken, HttpStatusCode.Forbidden)]
    public async Task A_refusal_is_a_problem_whatever_Accept_says(string? token, HttpStatusCode status)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/pod/mark_dead");
        request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        request.Headers.Add("Accept", "text/html");
        request.Headers.Authorization = token is null ? null : new("Bearer", token);
        using HttpResponseMessage response = await secured.Http.SendAsync(request);
        await Problems.ReadAsync(response, status);
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("application/problem+json"));
    }

    [Test]
    public async Task A_stranger_is_answered_before_the_body_is_sent()
    {
        Uri address = secured.Http.BaseAddress!;
        using TcpClient client = new(address.Host, address.Port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /pod/spec HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"));
        using StreamReader reader = new(stream);
        Assert.That(await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)), Is.EqualTo("HTTP/1.1 401 Unauthorized"));
    }

    [Test]
    public async Task No_token_is_written_to_the_log()
    {
        await secured.AllowedAsync("unknown-0123456789");
        await secured.AllowedAsync(Security.ReadToken);
        Assert.That(secured.Log.GetSnapshot().Select(record => $"{record.Message} {record.Exception}"), Has.None.Contains("0123456789"));
    }
}
