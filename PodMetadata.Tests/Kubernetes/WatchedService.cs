using System.Net;
using System.Text.Json.Nodes;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>A service that watches a fake API server.</summary>
internal sealed class WatchedService : IAsyncDisposable
{
    private WatchedService(FakeApiServer api, Service service) => (Api, Service) = (api, service);

    public FakeApiServer Api { get; }

    public Service Service { get; }

    /// <summary>Starts a service that watches, and returns once it has listed all pods.</summary>
    public static async Task<WatchedService> StartAsync(FakeApiServer api, string? connectionString = null, bool waitUntilListed = true)
    {
        WatchedService watched = new(api, await Service.StartAsync(connectionString, settings: Settings(api)));
        if (waitUntilListed)
        {
            await watched.LoggedAsync("Listed ");
        }

        return watched;
    }

    public static Dictionary<string, string?> Settings(FakeApiServer api) =>
        new() { ["Kubernetes:Watch"] = "true", ["Kubernetes:Kubeconfig"] = api.KubeconfigPath };

    /// <summary>How many lines of the log contain a text.</summary>
    public int CountLogged(string text) => Service.Log.GetSnapshot().Count(record => record.Message.Contains(text, StringComparison.Ordinal));

    /// <summary>Waits until so many lines of the log contain a text.</summary>
    public Task LoggedAsync(string text, int times = 1) =>
        Wait.UntilAsync(() => Task.FromResult(CountLogged(text) >= times), () => $"'{text}' is not in\n{string.Join('\n', Service.Log.GetSnapshot().Select(record => record.Message))}");

    /// <summary>Ends the database session of the instance that leads, as if the network had.</summary>
    public Task EndSessionAsync() => Service.SqlAsync(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'PodMetadata watch' AND datname = current_database()");

    /// <summary>Who has an IP: the match and the pod's name.</summary>
    public async Task<string> HolderAsync(string ip, string? at = null)
    {
        using HttpResponseMessage response = await Service.Http.GetAsync($"/pod/ip/{ip}" + (at is null ? "" : $"?at={at}"));
        string match = response.Headers.TryGetValues("Pod-Match", out IEnumerable<string>? values) ? values.Single() : "unknown";
        return response.StatusCode == HttpStatusCode.OK ? $"{match} {JsonNode.Parse(await response.Content.ReadAsStringAsync())!["pod_name"]}" : match;
    }

    /// <summary>Waits until an IP is somebody's.</summary>
    public Task HolderIsAsync(string ip, string holder) => Wait.UntilAsync(async () => await HolderAsync(ip) == holder, () => $"{ip} is not {holder}");

    /// <summary>The pod of a name.</summary>
    public Task<JsonNode> PodAsync(string name) => Service.GetAsync($"/pod/name/{name}");

    /// <summary>The leases of an IP, newest first: the pod's name, and from when to when.</summary>
    public async Task<string[]> HistoryAsync(string ip) =>
        [.. (await Service.GetAsync($"/pod/ip/{ip}/history")).AsArray().Select(lease => $"{lease!["pod_name"]} {lease["valid_from"]}..{lease["valid_to"]}")];

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
