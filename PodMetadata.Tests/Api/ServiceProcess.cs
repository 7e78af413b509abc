using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace PodMetadata.Tests.Api;

/// <summary>The service as a process of its own, as scripts/run starts it, and the lines it prints.</summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();

    private ServiceProcess(Process process) => this.process = process;

    public HttpClient Http { get; private set; } = null!;

    public string[] Lines => [.. lines];

    public static async Task<ServiceProcess> StartAsync(params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new("dotnet", typeof(Program).Assembly.Location)
        {
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
            WorkingDirectory = Path.Combine(TestDatabase.Root, "PodMetadata.Api"),
        };
        start.Environment["ConnectionStrings__PodMetadata"] = await TestDatabase.CreateAsync();
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        ServiceProcess service = new(Process.Start(start)!);
        service.process.OutputDataReceived += (_, line) => service.lines.Enqueue(line.Data ?? "");
        service.process.BeginOutputReadLine();
        string listening = await service.LineAsync("Now listening on");
        service.Http = new HttpClient { BaseAddress = new Uri(Address().Match(listening).Value) };
        await service.LineAsync("schema is up to date");
        return service;
    }

    /// <summary>The first line that contains a text, once it is there.</summary>
    public async Task<string> LineAsync(string text)
    {
        for (int i = 0; i < 600; i++)
        {
            if (Lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            await Task.Delay(50);
        }

        throw new AssertionException($"The service did not print '{text}', but: {string.Join('\n', Lines)}");
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:[0-9]+")]
    private static partial Regex Address();
}
