using Microsoft.Playwright;

namespace PodMetadata.Tests.Browser;

/// <summary>A headless Chromium with one page.</summary>
internal sealed class Chromium(IPlaywright playwright, IBrowser browser, IPage page) : IAsyncDisposable
{
    public IPage Page => page;

    public static async Task<Chromium> StartAsync()
    {
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = (await TestDatabase.ScriptAsync("chromium")).Trim(),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        return new Chromium(playwright, browser, await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 2000 } }));
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
