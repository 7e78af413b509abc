using System.Diagnostics;
using System.Net;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Simulation.Watch;

/// <summary>The instances of the service, as processes, of which one watches.</summary>
internal sealed class SimInstances(SimDatabase database, string kubeconfig) : IAsyncDisposable
{
    /// <summary>So that an answer is "nearest" only just beside a lease, and else must be right.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, ServiceProcess> instances = [];

    private readonly HashSet<string> frozen = [];

    private int started;

    /// <summary>A client of an instance that is not frozen.</summary>
    public SimClient Client => new(Any.Http);

    /// <summary>The end of what an instance printed.</summary>
    public string Output => string.Join('\n', instances.Select(instance => $"{instance.Key}:\n{instance.Value.Output}"));

    private ServiceProcess Any => instances.First(instance => !frozen.Contains(instance.Key)).Value;

    /// <summary>Starts an instance, and returns at once.</summary>
    public void Start()
    {
        string name = $"instance-{++started}";
        instances.Add(name, ServiceProcess.Start(
            database.ConnectionStringOf(name),
            environment:
            [
                .. Service.Patient.Select(setting => (setting.Key.Replace(":", "__", StringComparison.Ordinal), setting.Value!)),
                ("Kubernetes__Watch", "true"), ("Kubernetes__Kubeconfig", kubeconfig), ("Resolution__ClockSkew", Skew.ToString("c")),
            ]));
    }

    public Task WaitUntilReadyAsync() => Task.WhenAll(instances.Where(instance => !frozen.Contains(instance.Key)).Select(instance => instance.Value.WaitForAsync("/readyz", HttpStatusCode.OK)));

    /// <summary>Kills the instance that watches, and starts another one.</summary>
    public async Task KillWatcherAsync()
    {
        if (await database.WatcherAsync() is { } name && instances.Remove(name, out ServiceProcess? watching))
        {
            await watching.DisposeAsync();
            Start();
        }
    }

    /// <summary>Stops the instance that watches in its tracks.</summary>
    public async Task FreezeWatcherAsync()
    {
        if (await database.WatcherAsync() is { } name && instances.TryGetValue(name, out ServiceProcess? watching))
        {
            frozen.Add(name);
            await SignalAsync("STOP", watching);
        }
    }

    /// <summary>Lets all that are frozen go on.</summary>
    public async Task ThawAsync()
    {
        foreach (string name in frozen)
        {
            await SignalAsync("CONT", instances[name]);
        }

        frozen.Clear();
    }

    /// <summary>Kills all.</summary>
    public async Task KillAllAsync()
    {
        foreach (ServiceProcess instance in instances.Values)
        {
            await instance.DisposeAsync();
        }

        instances.Clear();
        frozen.Clear();
    }

    public async ValueTask DisposeAsync() => await KillAllAsync();

    private static async Task SignalAsync(string signal, ServiceProcess instance)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{instance.Id}"]);
        await kill.WaitForExitAsync();
    }
}
