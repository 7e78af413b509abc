using System.Net;
using System.Text;

namespace PodMetadata.Tests.Api;

/// <summary>What the service tells browsers.</summary>
public sealed class BrowserTests : ServiceTests
{
    private const string Origin = "https://pods.example.com";

    private Service secured = null!;

    [OneTimeSetUp]
    public async Task StartSecuredAsync() => secured = await Service.StartAsync(Service.ConnectionString, waitUntilReady: false, new Dictionary<string, string?>(Security.Tokens)
    {
        ["Cors:Origins:0"] = Origin,
    });

    [OneTimeTearDown]
    public async Task StopSecuredAsync() => await secured.DisposeAsync();

    [TestCase("/pod/info", null, 401)]
    [TestCase("/pod/info", Security.ReadToken, 200)]
    [TestCase("/pod/name/none", Security.ReadToken, 404)]
    [TestCase("/none", null, 404)]
    [TestCase("/pod/spec", null, 405)]
    [TestCase("/swagger/index.html", null, 200)]
    [TestCase("/swagger/v1/swagger.json", null, 200)]
    public async Task Every_answer_has_the_headers(string path, string? token, int status)
    {
        using HttpResponseMessage response = await secured.SendAsync(token, HttpMethod.Get, path);
        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        AssertHeaders(response);
    }

    [Test]
    public async Task A_refused_body_has_the_headers_too()
    {
        using HttpResponseMessage wrong = await secured.SendAsync(Security.WriteToken, HttpMethod.Post, "/pod/spec", "{}");
        Assert.That(wrong.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        AssertHeaders(wrong);
        using HttpRequestMessage tooLarge = new(HttpMethod.Post, "/pod/spec") { Content = new StringContent(new string(' ', 5 << 20), Encoding.UTF8, "application/json") };
        tooLarge.Headers.ExpectContinue = true; // else the answer may meet a client that is still sending
        tooLarge.Headers.Authorization = new("Bearer", Security.WriteToken);
        using HttpResponseMessage large = await secured.Http.SendAsync(tooLarge);
        Assert.That(large.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        AssertHeaders(large);
    }

    [TestCase(Origin, "POST", "authorization,content-type", Origin)]
    [TestCase(Origin, "GET", "authorization", Origin)]
    [TestCase("https://elsewhere.example.com", "POST", "authorization,content-type", null)]
    [TestCase("null", "POST", "authorization", null)]
    public async Task A_configured_origin_may_ask_without_a_token_what_it_may_do(string origin, string method, string headers, string? allowed)
    {
        using HttpResponseMessage response = await PreflightAsync(secured, origin, method, headers);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
            Assert.That(Header(response, "Access-Control-Allow-Origin"), Is.EqualTo(allowed));
            Assert.That(Header(response, "Access-Control-Allow-Credentials"), Is.Null);
            Assert.That(Header(response, "Access-Control-Allow-Methods"), Is.EqualTo(allowed is null ? null : "GET,HEAD,POST"));
            Assert.That(Header(response, "Access-Control-Allow-Headers"), Is.EqualTo(allowed is null ? null : "Authorization,Content-Type"));
        }
    }

    [TestCase(Security.ReadToken, 200)]
    [TestCase(null, 401)]
    public async Task A_configured_origin_may_read_answers(string? token, int status)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/pod/info");
        request.Headers.Add("Origin", Origin);
        request.Headers.Authorization = token is null ? null : new("Bearer", token);
        using HttpResponseMessage response = await secured.Http.SendAsync(request);
        Assert.That(((int)response.StatusCode, Header(response, "Access-Control-Allow-Origin")), Is.EqualTo((status, Origin)));
    }

    [Test]
    public async Task Without_origins_no_page_may_ask()
    {
        using HttpResponseMessage response = await PreflightAsync(Service, Origin, "POST", "content-type");
        await Problems.ReadAsync(response, HttpStatusCode.MethodNotAllowed);
        Assert.That(response.Headers.Select(header => header.Key), Has.None.StartsWith("Access-Control"));
    }

    private static async Task<HttpResponseMessage> PreflightAsync(Service service, string origin, string method, string headers)
    {
        using HttpRequestMessage request = new(HttpMethod.Options, "/pod/spec");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", headers);
        return await service.Http.SendAsync(request);
    }

    private static void AssertHeaders(HttpResponseMessage response)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Header(response, "X-Content-Type-Options"), Is.EqualTo("nosniff"));
            Assert.That(Header(response, "Referrer-Policy"), Is.EqualTo("no-referrer"));
            Assert.That(Header(response, "Content-Security-Policy"), Does.StartWith("default-src 'none';").And.Contains("frame-ancestors 'none'"));
            Assert.That(Header(response, "Server"), Is.Null);
        }
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(", ", values) : null;
}
