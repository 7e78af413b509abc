using System.Net;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.RealCluster;

/// <summary>Instances of the service that watch one cluster for one database.</summary>
internal sealed class WatchFleet(string connectionString, string kubeconfig) : IAsyncDisposable
{
    private const string EventsMetric = "pod_metadata_watch_events_total";

    private readonly List<ServiceProcess> running = [];
    private readonly List<ServiceProcess> all = [];
    private double eventsOfEnded;

    /// <summary>A client of an instance that runs and is not frozen.</summary>
    public HttpClient Http => running[0].Http;

    /// <summary>How often an instance began to watch.</summary>
    public int Leaders => Count("This instance watches the cluster");

    /// <summary>How often all pods were listed.</summary>
    public int Lists => Count("stored pods were gone");

    /// <summary>How often a cut watch went on.</summary>
    public int Resumptions => Count("The watch goes on from version");

    /// <summary>The ends of what the instances printed, for a failure's message.</summary>
    public string Output => string.Join("\n\n", all.Select(service => service.Output));

    /// <summary>How often all pods were listed for a reason.</summary>
    public int ListsFor(string reason) => Count($"Listing the pods of the cluster: {reason}");

    /// <summary>How many lists began again because the server had forgotten their version.</summary>
    public int ListsWithoutPages => Count("Trying again without pages");

    /// <summary>Starts another instance.</summary>
    public async Task<ServiceProcess> StartAsync()
    {
        ServiceProcess service = ServiceProcess.Start(connectionString, environment:
        [
            .. Service.Patient.Select(setting => (setting.Key.Replace(":", "__", StringComparison.Ordinal), setting.Value!)),
            ("Kubernetes__Watch", "true"),
            ("Kubernetes__Kubeconfig", kubeconfig),
        ]);
        running.Add(service);
        all.Add(service);
        await service.WaitForAsync("/readyz", HttpStatusCode.OK);
        return service;
    }

    /// <summary>The instance that watches, once there is one. The others are asked first.</summary>
    public async Task<ServiceProcess> LeaderAsync()
    {
        ServiceProcess? leader = null;
        await Wait.UntilAsync(async () =>
        {
            foreach (ServiceProcess service in running)
            {
                leader = (await MetricsAsync(service)).Sum("pod_metadata_watch_leader") > 0 ? service : leader;
            }

            return leader is not null;
        });
        running.Remove(leader!); // so that Http is another one
        running.Add(leader!);
        return leader!;
    }

    /// <summary>Kills an instance.</summary>
    public async Task KillAsync(ServiceProcess service)
    {
        eventsOfEnded += await EventsAsync(service);
        running.Remove(service);
        await service.DisposeAsync();
    }

    /// <summary>How many events of pods were received.</summary>
    public async Task<int> EventsAsync()
    {
        double events = eventsOfEnded;
        foreach (ServiceProcess service in running)
        {
            events += await EventsAsync(service);
        }

        return (int)events;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServiceProcess service in running)
        {
            await service.DisposeAsync();
        }
    }

    private int Count(string text) => all.Sum(service => service.Lines.Count(line => line.Contains(text, StringComparison.Ordinal)));

    private static async Task<double> EventsAsync(ServiceProcess service)
    {
        PrometheusText metrics = await MetricsAsync(service);
        return metrics.Sum(EventsMetric) - metrics.Sum(EventsMetric, ("type", "bookmark"));
    }

    private static async Task<PrometheusText> MetricsAsync(ServiceProcess service) => PrometheusText.Parse(await service.Http.GetStringAsync("/metrics"));
}
