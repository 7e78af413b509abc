using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace PodMetadata.Tests.Api;

/// <summary>The service behind a proxy that publishes it under a path prefix.</summary>
public sealed class PathPrefixTests : ServiceTests
{
    private const string Prefix = "X-Forwarded-Prefix";

    private static readonly Dictionary<string, string?> Set = new() { ["PathBase"] = "/pods" };
    private static readonly Dictionary<string, string?> Known = new() { ["ForwardedHeaders:KnownProxies:0"] = "127.0.0.1" };

    [TestCase("/pods")]
    [TestCase("")]
    public async Task With_the_setting_what_leads_on_has_the_prefix_whether_the_proxy_keeps_or_removes_it(string asked)
    {
        await using Service service = await StartAsync(Set);
        Assert.That(await LeadsOnAsync(service, asked, forwarded: null), Is.EqualTo(("/pods/swagger", "/pods/pod/info?limit=1", "/pods")));
    }

    [TestCase("127.0.0.1", null, "/pods", "/pods")]
    [TestCase("::ffff:127.0.0.1", null, "/a/b", "/a/b")]
    [TestCase(null, "127.0.0.0/8", "/pods/", "/pods")]
    [TestCase("10.0.0.1", "127.0.0.1/32", "/", "")]
    [TestCase("127.0.0.1", null, "//evil.example", "/evil.example")]
    [TestCase("127.0.0.1", null, "pods", "")]
    [TestCase("127.0.0.1", null, "/a%20b", "/a%20b")]
    public async Task What_leads_on_has_the_prefix_of_a_trusted_proxy(string? proxy, string? network, string forwarded, string expected)
    {
        await using Service service = await StartAsync(new() { ["ForwardedHeaders:KnownProxies:0"] = proxy, ["ForwardedHeaders:KnownNetworks:0"] = network });
        Assert.That(
            await LeadsOnAsync(service, "", forwarded),
            Is.EqualTo(($"{expected}/swagger", $"{expected}/pod/info?limit=1", expected.Length == 0 ? "/" : expected)));
    }

    [Test]
    public async Task A_trusted_proxy_may_stand_before_one_that_keeps_the_prefix_of_the_setting()
    {
        await using Service service = await StartAsync(new(Set.Concat(Known)));
        Assert.That(await LeadsOnAsync(service, "/pods", "/a"), Is.EqualTo(("/a/pods/swagger", "/a/pods/pod/info?limit=1", "/a/pods")));
        Assert.That(await LeadsOnAsync(service, "", "/a"), Is.EqualTo(("/a/swagger", "/a/pod/info?limit=1", "/a")), "the proxy knows better than the setting");
    }

    [TestCase(null, null)]
    [TestCase("10.0.0.1", "10.0.0.0/8")]
    public async Task Nobody_else_is_believed(string? proxy, string? network)
    {
        await using Service service = await StartAsync(new() { ["ForwardedHeaders:KnownProxies:0"] = proxy, ["ForwardedHeaders:KnownNetworks:0"] = network });
        Assert.That(await LeadsOnAsync(service, "", "/pods"), Is.EqualTo(("/swagger", "/pod/info?limit=1", "/")));
    }

    [TestCase("127.0.0.1", "https", "192.0.2.1")]
    [TestCase("10.0.0.1", "http", "127.0.0.1")]
    public async Task The_scheme_and_the_client_are_those_that_a_trusted_proxy_names(string proxy, string scheme, string client)
    {
        ConcurrentBag<(string Scheme, string? Client)> seen = [];
        await using Service service = await Service.StartAsync(
            Service.ConnectionString, waitUntilReady: false, new Dictionary<string, string?> { ["ForwardedHeaders:KnownProxies:0"] = proxy },
            builder => builder.ConfigureServices(services => services.AddSingleton<IStartupFilter>(new Watch(context =>
                seen.Add((context.Request.Scheme, context.Connection.RemoteIpAddress?.ToString()))))));
        using HttpRequestMessage request = new(HttpMethod.Get, "/livez") { Headers = { { "X-Forwarded-For", "192.0.2.1" }, { "X-Forwarded-Proto", "https" } } };
        using HttpResponseMessage response = await service.Http.SendAsync(request);
        await Wait.UntilAsync(() => Task.FromResult(!seen.IsEmpty));
        Assert.That(seen, Is.EqualTo(new[] { (scheme, client) }));
    }

    [Test]
    public async Task The_routes_answer_with_the_prefix_and_without_and_under_no_other()
    {
        await using Service service = await StartAsync(Set);
        foreach ((string path, HttpStatusCode status) in new[]
        {
            ("/pods", HttpStatusCode.Redirect), ("/pods/", HttpStatusCode.Redirect), ("/pods/pod/info", HttpStatusCode.OK), ("/pod/info", HttpStatusCode.OK),
            ("/pods/livez", HttpStatusCode.OK), ("/livez", HttpStatusCode.OK), ("/pods/metrics", HttpStatusCode.OK), ("/podsx/livez", HttpStatusCode.NotFound),
            ("/other/livez", HttpStatusCode.NotFound), ("/pods/pods/livez", HttpStatusCode.NotFound),
        })
        {
            using HttpResponseMessage response = await SendAsync(service, path, forwarded: null);
            Assert.That(response.StatusCode, Is.EqualTo(status), path);
        }
    }

    private Task<Service> StartAsync(Dictionary<string, string?> settings) =>
        Service.StartAsync(Service.ConnectionString, waitUntilReady: false, settings.Where(setting => setting.Value is not null).ToDictionary());

    /// <summary>Where the redirect of /, the link to the next page (without its token), and the document's server lead.</summary>
    private static async Task<(string? Redirect, string? Next, string? Server)> LeadsOnAsync(Service service, string asked, string? forwarded)
    {
        await service.UpsertAsync(PodJson.With("""{ "pod_name": "web-0" }"""));
        await service.UpsertAsync(PodJson.With("""{ "pod_name": "web-1" }"""));
        using HttpResponseMessage root = await SendAsync(service, $"{asked}/", forwarded);
        using HttpResponseMessage page = await SendAsync(service, $"{asked}/pod/info?limit=1", forwarded);
        using HttpResponseMessage document = await SendAsync(service, $"{asked}/swagger/v1/swagger.json", forwarded);
        JsonArray servers = JsonNode.Parse(await document.Content.ReadAsStringAsync())!["servers"]!.AsArray();
        return (root.Headers.Location?.OriginalString, Links.Next(page)?.Split("&continue=")[0], servers.Single()!["url"]!.GetValue<string>());
    }

    private static async Task<HttpResponseMessage> SendAsync(Service service, string path, string? forwarded)
    {
        using HttpClientHandler handler = new() { AllowAutoRedirect = false };
        using HttpClient client = new(handler) { BaseAddress = service.Http.BaseAddress };
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        if (forwarded is not null)
        {
            request.Headers.Add(Prefix, forwarded);
        }

        return await client.SendAsync(request);
    }

    /// <summary>Looks at each request after the service has answered it.</summary>
    private sealed class Watch(Action<HttpContext> look) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, answer) =>
            {
                await answer(context);
                look(context);
            });
            next(app);
        };
    }
}
