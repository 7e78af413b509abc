using Microsoft.Playwright;

namespace PodMetadata.Tests.Browser;

/// <summary>A headless Chromium.</summary>
internal sealed class Chromium(IPlaywright playwright, IBrowser browser) : IAsyncDisposable
{
    private const float Patience = 120_000;

    public static async Task<Chromium> StartAsync()
    {
        IPlaywright playwright = await Playwright.CreateAsync();
        return new Chromium(playwright, await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = (await TestDatabase.ScriptAsync("chromium")).Trim(),
            Timeout = Patience,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        }));
    }

    /// <summary>A page that shares nothing with another.</summary>
    public async Task<IPage> NewPageAsync()
    {
        IPage page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 2000 } });
        page.SetDefaultTimeout(Patience);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
