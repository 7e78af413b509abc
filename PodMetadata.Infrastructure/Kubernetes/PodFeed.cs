using System.Text.Json;
using Microsoft.Extensions.Logging;
using PodMetadata.Domain;
using PodMetadata.Domain.Json;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Keeps the stored pods those of the cluster for as long as a session lasts: lists, sweeps, watches, and lists again when it must.</summary>
internal sealed partial class PodFeed(
    KubernetesOptions options, UpsertReport report, WatchMetrics metrics, TimeProvider time, ILoggerFactory loggers)
{
    private readonly ILogger logger = loggers.CreateLogger<PodFeed>();
    private string? refused;

    /// <summary>Returns only when the cluster is not the one that was watched before.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Ends the feed; the session's end has to.</param>
    public async Task RunAsync(WatchSession session, CancellationToken cancellationToken)
    {
        using KubernetesApi api = new(options);
        ApiRetries retries = new(time, loggers.CreateLogger<ApiRetries>());
        WatchStore store = new(session, new WorkloadOwners(api, retries), report, metrics, time, loggers.CreateLogger<WatchStore>());
        PodLister lister = new(api, retries, store, metrics, time, loggers.CreateLogger<PodLister>());
        PodWatcher watcher = new(api, retries, store, metrics, time, loggers.CreateLogger<PodWatcher>());

        JsonElement kubeSystem = await retries.RunAsync(() => api.GetObjectAsync(ApiRequest.GetKubeSystem(), cancellationToken), _ => false, cancellationToken);
        string clusterUid = kubeSystem.At("metadata", "uid").Text() ?? "";
        string watched = await store.ClaimAsync(clusterUid, cancellationToken);
        if (watched != clusterUid)
        {
            if (refused != clusterUid)
            {
                refused = clusterUid;
                LogOtherCluster(clusterUid, watched);
            }

            return;
        }

        refused = null;

        Backoff backoff = new(time);
        for (string reason = WatchMetrics.Start; ;)
        {
            WatchClock clock = new(time);
            string version = await lister.ListAsync(reason, cancellationToken);
            reason = await watcher.WatchAsync(version, clock, cancellationToken);
            if (clock.CompleteUntil == clock.BeganAt)
            {
                await backoff.WaitAsync(null, cancellationToken); // not a single event came through
            }
            else
            {
                backoff.Reset();
            }
        }
    }

    [LoggerMessage(
        LogLevel.Error,
        "The cluster is another one than the database's: its namespace kube-system has the UID {ClusterUid}, not {WatchedUid}. Nothing is written. "
        + "Use a database for each cluster. docs/watch.md says how one cluster takes the place of another")]
    private partial void LogOtherCluster(string clusterUid, string watchedUid);
}
