using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace PodMetadata.Tests.Faults;

/// <summary>The service as a process of its own, which can be killed.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process process;

    private readonly ConcurrentQueue<string> output = new();

    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private ServiceProcess(Process process, Uri address)
    {
        this.process = process;
        Address = address;
        http.BaseAddress = address;
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Address { get; }

    /// <summary>Whether the process that was started still runs.</summary>
    public bool IsRunning => !process.HasExited;

    /// <summary>The end of what it printed, for a failure's message.</summary>
    public string Output => string.Join('\n', output.TakeLast(20));

    /// <summary>Starts the service and returns at once.</summary>
    public static ServiceProcess Start(string connectionString, bool migrateOnStart = true, Uri? address = null)
    {
        address ??= new Uri($"http://127.0.0.1:{Cluster.FreePort()}");
        ProcessStartInfo start = new("dotnet", typeof(Program).Assembly.Location) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ConnectionStrings__PodMetadata"] = connectionString;
        start.Environment["Database__MigrateOnStart"] = $"{migrateOnStart}";
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        return new ServiceProcess(Process.Start(start)!, address);
    }

    /// <summary>Returns when a probe answers with a status and says something; fails when it does not in time.</summary>
    public async Task WaitForAsync(string probe, HttpStatusCode status, string saying = "")
    {
        Stopwatch waiting = Stopwatch.StartNew();
        (HttpStatusCode? Status, string Body) answer = (null, "");
        while (answer.Status != status || !answer.Body.Contains(saying, StringComparison.Ordinal))
        {
            Assert.That(waiting.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)), () => $"{probe} last answered {answer}; the service printed:\n{Output}");
            await Task.Delay(20);
            answer = await GetAsync(probe);
        }
    }

    /// <summary>Asks the process to end, as Kubernetes does.</summary>
    public void Terminate() => Process.Start("kill", ["-TERM", $"{process.Id}"]).Dispose();

    public void Kill() => process.Kill();

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
        http.Dispose();
    }

    private async Task<(HttpStatusCode? Status, string Body)> GetAsync(string path)
    {
        try
        {
            using HttpResponseMessage response = await http.GetAsync(path);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return (null, exception.Message);
        }
    }
}
