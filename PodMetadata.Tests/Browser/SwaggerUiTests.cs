using Microsoft.Playwright;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Browser;

/// <summary>Swagger UI as a person uses it, in headless Chromium.</summary>
public sealed class SwaggerUiTests : ServiceTests
{
    private readonly List<string> complaints = [];

    [Test]
    public async Task Both_posts_and_a_get_answer_200_without_typing()
    {
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = (await TestDatabase.ScriptAsync("chromium")).Trim(),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        IPage page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 2000 } });
        page.Console += (_, message) => Complain(message.Type is "error" or "warning", $"console: {message.Text}");
        page.PageError += (_, error) => Complain(true, $"page: {error}");
        page.Request += (_, request) => Complain(!IsLocal(request.Url), $"request: {request.Url}");
        page.Response += (_, response) => Complain(response.Status >= 400, $"response: {response.Status} {response.Url}");

        await page.GotoAsync(Service.Http.BaseAddress!.ToString());
        Assert.That(await ExecuteAsync(page, "UpsertPod"), Does.Contain("\"pod_name\": \"my-app-7d9f6b8c4-x5z2w\""));
        await ScreenshotAsync(page);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await ExecuteAsync(page, "MarkPodDead"), Is.EqualTo("1"));
            Assert.That(await ExecuteAsync(page, "FindPodByIp"), Does.Contain("\"is_dead\": true"));
            Assert.That(await page.Locator(".opblock").CountAsync(), Is.EqualTo(6));
            Assert.That(complaints, Is.Empty);
        }
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

    private bool IsLocal(string url) => url.StartsWith("data:", StringComparison.Ordinal) || new Uri(url).Authority == Service.Http.BaseAddress!.Authority;

    private void Complain(bool isWrong, string what)
    {
        if (isWrong)
        {
            complaints.Add(what);
        }
    }
}
