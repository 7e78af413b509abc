using System.Text.Json;
using Microsoft.Extensions.Logging;
using PodMetadata.Domain;
using PodMetadata.Domain.Json;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Keeps the stored pods those of the cluster for as long as a session lasts: lists, sweeps, watches, and lists again when it must.</summary>
internal sealed partial class PodFeed(
    KubernetesOptions options, UpsertReport report, WatchMetrics metrics, TimeProvider time, ILoggerFactory loggers)
{
    // A list of a large cluster costs too much to begin another one at once.
    private static readonly TimeSpan ShortestWatch = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan UnknownInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PostsAwaited = TimeSpan.FromMinutes(5);

    private readonly ILogger logger = loggers.CreateLogger<PodFeed>();
    private string? refused;

    /// <summary>Returns only when the cluster is not the one that was watched before. A kubeconfig, or what answers at an address, may change
    /// meanwhile.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Ends the feed; the session's end has to.</param>
    public async Task RunAsync(WatchSession session, CancellationToken cancellationToken)
    {
        using KubernetesApi api = new(options);
        ApiRetries retries = new(time, loggers.CreateLogger<ApiRetries>());
        ApiRetries watches = new(time, loggers.CreateLogger<ApiRetries>());
        WatchStore store = new(session, new WorkloadOwners(api, retries), report, metrics, time, loggers.CreateLogger<WatchStore>());
        PodLister lister = new(api, retries, store, metrics, time, loggers.CreateLogger<PodLister>());
        PodWatcher watcher = new(api, retries, watches, store, metrics, time, loggers.CreateLogger<PodWatcher>());

        // The pods of another cluster must not be taken for ones that are gone.
        long start = time.GetTimestamp();
        while (await store.IsUnclaimedAsync(time.GetElapsedTime(start) > PostsAwaited, cancellationToken) && !await lister.IsAnyStoredAsync(cancellationToken))
        {
            LogUnknownCluster();
            await Task.Delay(UnknownInterval, time, cancellationToken);
        }

        Backoff backoff = new(time);
        string reason = WatchMetrics.Start;
        while (await IsSameClusterAsync())
        {
            WatchClock clock = new(time);
            if (await lister.ListAsync(reason, IsSameClusterAsync, cancellationToken) is not { } version)
            {
                return;
            }

            long watchBegan = time.GetTimestamp();
            reason = await watcher.WatchAsync(version, clock, IsSameClusterAsync, cancellationToken);
            if (time.GetElapsedTime(watchBegan) < ShortestWatch)
            {
                await backoff.WaitAsync(null, cancellationToken);
            }
            else
            {
                backoff.Reset();
            }
        }

        async Task<bool> IsSameClusterAsync()
        {
            string uid = await retries.RunAsync(GetClusterUidAsync, (_, _) => false, cancellationToken);
            return IsSame(uid, await store.ClaimAsync(uid, cancellationToken));
        }

        async Task<string> GetClusterUidAsync() =>
            (await api.GetObjectAsync(ApiRequest.GetKubeSystem(), cancellationToken)).At("metadata", "uid").Text()
            ?? throw new JsonException("The namespace kube-system has no UID");
    }

    private bool IsSame(string clusterUid, string watchedUid)
    {
        bool isSame = clusterUid == watchedUid;
        if (!isSame && clusterUid != refused)
        {
            LogOtherCluster(clusterUid, watchedUid);
        }

        refused = isSame ? null : clusterUid;
        return isSame;
    }

    [LoggerMessage(
        LogLevel.Error,
        "The database has live pods that controllers posted, and the cluster has none of them. Nothing is written. Check the kubeconfig and the connection "
        + "string: the watch begins once a pod of the cluster is posted, or after 5 minutes without posts")]
    private partial void LogUnknownCluster();

    [LoggerMessage(
        LogLevel.Error,
        "The cluster is another one than the database's: its namespace kube-system has the UID {ClusterUid}, not {WatchedUid}. Nothing is written. "
        + "Use a database for each cluster. docs/watch.md says how one cluster takes the place of another")]
    private partial void LogOtherCluster(string clusterUid, string watchedUid);
}
