using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using PodMetadata.Tests.Api;
using PodMetadata.Tests.Faults;

namespace PodMetadata.Tests;

/// <summary>The service as a process of its own, as scripts/run starts it, which can be killed, and the lines it prints.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(2);

    private readonly Process process;

    private readonly ConcurrentQueue<string> lines = new();

    private ServiceProcess(Process process, Uri address)
    {
        this.process = process;
        Http.BaseAddress = address;
        process.OutputDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>A client of the service.</summary>
    public HttpClient Http { get; } = new();

    public Uri Address => Http.BaseAddress!;

    public string[] Lines => [.. lines];

    /// <summary>The end of what it printed, for a failure's message.</summary>
    public string Output => string.Join('\n', lines.TakeLast(20));

    /// <summary>The first lines that tell of exceptions, for a failure's message.</summary>
    public string Exceptions => string.Join('\n', lines.Where(line => line.Contains("Exception", StringComparison.Ordinal)).Take(20));

    public int Id => process.Id;

    /// <summary>Whether the process that was started still runs.</summary>
    public bool IsRunning => !process.HasExited;

    /// <summary>Starts the service on a new database, with time for a busy machine, and returns when it is ready.</summary>
    public static async Task<ServiceProcess> StartAsync(params (string Name, string Value)[] environment)
    {
        ServiceProcess service = Start(
            await TestDatabase.CreateAsync(),
            environment: [.. Service.Patient.Select(setting => (setting.Key.Replace(":", "__", StringComparison.Ordinal), setting.Value!)), .. environment]);
        await service.WaitForAsync("/readyz", HttpStatusCode.OK);
        return service;
    }

    /// <summary>Starts the service, the tests' own build unless another is given, and returns at once.</summary>
    public static ServiceProcess Start(
        string connectionString, Uri? address = null, string? assembly = null, string arguments = "", params (string Name, string Value)[] environment)
    {
        address ??= new Uri($"http://127.0.0.1:{Cluster.FreePort()}");
        ProcessStartInfo start = new("dotnet", $"{assembly ?? typeof(Program).Assembly.Location} {arguments}")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            WorkingDirectory = Path.GetDirectoryName(assembly) ?? Path.Combine(TestDatabase.Root, "PodMetadata.Api"), // where its settings are
        };
        start.Environment["ConnectionStrings__PodMetadata"] = connectionString;
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new ServiceProcess(Process.Start(start)!, address);
    }

    /// <summary>Returns when a probe answers with a status and says something; fails when it does not in time.</summary>
    public async Task WaitForAsync(string probe, HttpStatusCode status, string saying = "")
    {
        Stopwatch waiting = Stopwatch.StartNew();
        (HttpStatusCode? Status, string Body) answer = (null, "");
        while (answer.Status != status || !answer.Body.Contains(saying, StringComparison.Ordinal))
        {
            Assert.That(waiting.Elapsed, Is.LessThan(TimeSpan.FromMinutes(2)), () => $"{probe} last answered {answer}; the service printed:\n{Output}");
            await Task.Delay(20);
            answer = await GetAsync(probe);
        }
    }

    /// <summary>The first line that contains a text, once it is there.</summary>
    public async Task<string> LineAsync(string text)
    {
        string? line = null;
        await Wait.UntilAsync(() => Task.FromResult((line = lines.FirstOrDefault(printed => printed.Contains(text, StringComparison.Ordinal))) is not null));
        return line!;
    }

    /// <summary>Asks the process to end, as Kubernetes does.</summary>
    public void Terminate() => Process.Start("kill", ["-TERM", $"{process.Id}"]).Dispose();

    /// <summary>The exit code, once the process has ended.</summary>
    public async Task<int> ExitCodeAsync(TimeSpan within)
    {
        await process.WaitForExitAsync().WaitAsync(within);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Http.Dispose();
    }

    private async Task<(HttpStatusCode? Status, string Body)> GetAsync(string path)
    {
        try
        {
            using CancellationTokenSource limit = new(ProbeLimit);
            using HttpResponseMessage response = await Http.GetAsync(path, limit.Token);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(limit.Token));
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return (null, exception.Message);
        }
    }
}
