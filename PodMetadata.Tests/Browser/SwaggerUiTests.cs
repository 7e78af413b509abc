using Microsoft.Playwright;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Browser;

/// <summary>Swagger UI as a person uses it, in headless Chromium.</summary>
[Parallelizable]
public sealed class SwaggerUiTests : ServiceTests
{
    private readonly List<string> complaints = [];
    private readonly List<string> paths = [];
    private Chromium chromium = null!;

    [OneTimeSetUp]
    public async Task StartChromiumAsync() => chromium = await Chromium.StartAsync();

    [OneTimeTearDown]
    public async Task StopChromiumAsync() => await chromium.DisposeAsync();

    [SetUp]
    public void Forget()
    {
        complaints.Clear();
        paths.Clear();
    }

    [Test]
    public async Task Both_posts_and_a_get_answer_200_without_typing()
    {
        IPage page = await OpenAsync(Service);
        Assert.That(await ExecuteAsync(page, "UpsertPod"), Does.Contain("\"pod_name\": \"my-app-7d9f6b8c4-x5z2w\""));
        await ScreenshotAsync(page);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await ExecuteAsync(page, "MarkPodDead"), Is.EqualTo("1"));
            Assert.That(await ExecuteAsync(page, "FindPodByIp"), Does.Contain("\"is_dead\": true"));
            Assert.That(await ExecuteAsync(page, "ResolveIps"), Does.Contain("\"match\": \"dead\"").And.Contain("\"match\": \"forgotten\""));
            Assert.That(await ExecuteAsync(page, "ListLeases"), Does.Contain("\"valid_from\": \"2026-05-12T10:32:14.123456\""));
            Assert.That(await ExecuteAsync(page, "ListPods"), Does.Contain("\"is_dead\": true"));
            Assert.That(await page.Locator(".opblock").CountAsync(), Is.EqualTo(8));
            Assert.That(await page.Locator(".authorize").CountAsync(), Is.Zero, "authentication is off");
            Assert.That(complaints, Is.Empty);
        }
    }

    [Test]
    public async Task Where_tokens_are_asked_for_the_Authorize_button_takes_one()
    {
        await using Service secured = await Service.StartAsync(Service.ConnectionString, waitUntilReady: false, Security.Tokens);
        IPage page = await OpenAsync(secured);
        await page.Locator(".auth-wrapper .authorize").ClickAsync();
        await page.Locator(".auth-container input").FillAsync(Security.WriteToken);
        await page.Locator(".auth-btn-wrapper .authorize").ClickAsync();
        await page.Locator(".auth-btn-wrapper .btn-done").ClickAsync();
        Assert.That(await ExecuteAsync(page, "UpsertPod"), Does.Contain("\"pod_name\": \"my-app-7d9f6b8c4-x5z2w\""));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await page.Locator(".opblock .authorization__btn").CountAsync(), Is.EqualTo(8));
            Assert.That(complaints, Is.Empty);
        }
    }

    [Test]
    public async Task Under_a_path_prefix_it_asks_under_the_prefix()
    {
        await using Service behindProxy = await Service.StartAsync(Service.ConnectionString, waitUntilReady: false, new Dictionary<string, string?> { ["PathBase"] = "/pods" });
        IPage page = await OpenAsync(behindProxy, "pods/");
        Assert.That(await ExecuteAsync(page, "UpsertPod"), Does.Contain("\"pod_name\": \"my-app-7d9f6b8c4-x5z2w\""));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(paths, Is.Not.Empty.And.All.StartsWith("/pods/"));
            Assert.That(paths, Does.Contain("/pods/swagger/v1/swagger.json").And.Contain("/pods/pod/spec"));
            Assert.That(complaints, Is.Empty);
        }
    }

    /// <summary>Opens Swagger UI of a service and listens to what goes wrong.</summary>
    private async Task<IPage> OpenAsync(Service service, string path = "")
    {
        string authority = service.Http.BaseAddress!.Authority;
        IPage page = await chromium.NewPageAsync();
        page.Console += (_, message) => Complain(message.Type is "error" or "warning", $"console: {message.Text}");
        page.PageError += (_, error) => Complain(true, $"page: {error}");
        page.Request += (_, request) => Complain(!request.Url.StartsWith("data:", StringComparison.Ordinal) && new Uri(request.Url).Authority != authority, $"request: {request.Url}");
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" } url)
            {
                paths.Add(url.AbsolutePath);
            }
        };
        page.Response += (_, response) => Complain(response.Status >= 400, $"response: {response.Status} {response.Url}");
        await page.GotoAsync(new Uri(service.Http.BaseAddress, path).ToString());
        return page;
    }

    /// <summary>Opens an operation, runs it as it is filled in, and returns the body of its answer, which must be a 200.</summary>
    private static async Task<string> ExecuteAsync(IPage page, string operation)
    {
        ILocator block = page.Locator($"#operations-Pod-{operation}");
        await block.Locator(".opblock-summary-control").ClickAsync();
        await block.Locator(".try-out__btn").ClickAsync();
        await block.Locator(".execute").ClickAsync();
        ILocator answer = block.Locator(".live-responses-table .response");
        await answer.WaitForAsync();
        Assert.That(await answer.Locator(".response-col_status").InnerTextAsync(), Does.StartWith("200"));
        return await answer.Locator(".highlight-code code, .microlight").First.InnerTextAsync();
    }

    private static async Task ScreenshotAsync(IPage page) =>
        await page.ScreenshotAsync(new() { Path = Path.Combine(TestDatabase.Root, ".local", "swagger-ui.png"), FullPage = true });

    private void Complain(bool isWrong, string what)
    {
        if (isWrong)
        {
            complaints.Add(what);
        }
    }
}
