using Microsoft.Extensions.Logging;
using Npgsql;
using PodMetadata.Domain;
using PodMetadata.Domain.Kubernetes;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Store;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Writes what the cluster says into the store, through the session of the instance that watches.</summary>
internal sealed partial class WatchStore(
    WatchSession session, WorkloadOwners owners, UpsertReport report, WatchMetrics metrics, TimeProvider time, ILogger<WatchStore> logger)
{
    private const int SweepBatch = 500;

    /// <summary>Makes a cluster the one that is watched.</summary>
    /// <returns>The UID of the cluster that is watched: another one, if one was watched before.</returns>
    public async Task<string> ClaimAsync(string clusterUid, CancellationToken cancellationToken) =>
        (await session.QueryAsync(WatchStatements.WatchedCluster(), cancellationToken, WatchStatements.Claim(clusterUid)))[0];

    /// <summary>Whether nobody has watched the table yet, and it has pods that live and that controllers may be posting.</summary>
    /// <param name="wereAwaited">Whether posts could arrive for 5 minutes: pods that nobody posted in these do not count.</param>
    /// <param name="cancellationToken">Ends the wait for the session.</param>
    public async Task<bool> IsUnclaimedAsync(bool wereAwaited, CancellationToken cancellationToken) =>
        (await session.QueryAsync(WatchStatements.IsUnclaimed(wereAwaited), cancellationToken))[0];

    /// <summary>Whether any of several pods is stored alive, at its IP and node.</summary>
    public async Task<bool> IsAnyStoredAsync(IReadOnlyList<ObservedPod> pods, CancellationToken cancellationToken) =>
        (await session.QueryAsync(WatchStatements.IsAnyStored(pods), cancellationToken))[0];

    /// <summary>The database's clock.</summary>
    public async Task<DateTime> NowAsync(CancellationToken cancellationToken) => (await session.QueryAsync(WatchStatements.Now(), cancellationToken))[0];

    /// <summary>Stores pods of a list. A pod that has not changed is not written. A stored pod that is at another IP or node, or was another pod of
    /// the same name, ended as its manifest says, if it was being deleted, else when it was last known to live.</summary>
    /// <param name="pods">The pods, of different names.</param>
    /// <param name="age">How long ago the list began, when it is asked.</param>
    /// <param name="cancellationToken">Ends the wait for the session, or for an owner.</param>
    public async Task StoreListedAsync(IReadOnlyList<ObservedPod> pods, Func<TimeSpan> age, CancellationToken cancellationToken)
    {
        List<(int Index, bool IsSame, bool IsOfOtherStay)> stored = await session.QueryAsync(WatchStatements.Compare(pods), cancellationToken);
        HashSet<int> same = [.. stored.Where(row => row.IsSame).Select(row => row.Index)];
        ObservedPod[] changed = [.. pods.Where((_, index) => !same.Contains(index))];
        GonePod[] ended = [.. stored.Where(row => row.IsOfOtherStay).Select(row => pods[row.Index].Manifest).Select(pod => new GonePod(pod.Name, pod.Namespace, At: null))];
        if (changed.Length > 0)
        {
            await WriteAsync(changed, await WithEndsAsync(ended, cancellationToken), age, cancellationToken);
        }
    }

    /// <summary>Stores pods and ends the stays of others, in one transaction. All are of different names.</summary>
    /// <param name="pods">The pods.</param>
    /// <param name="gone">The pods that are gone.</param>
    /// <param name="age">How long ago all of that was known to be true, when it is asked: owners and the database may take their time.</param>
    /// <param name="cancellationToken">Ends the wait for the session, or for an owner.</param>
    public async Task WriteAsync(IReadOnlyList<ObservedPod> pods, IReadOnlyList<GonePod> gone, Func<TimeSpan> age, CancellationToken cancellationToken)
    {
        // Cut to the second, as the moments in manifests are: the end of a stay that was read late must not seem to be before its beginning.
        DateTime since = PodTime.Now(time) - age();
        since = since.AddTicks(-(since.Ticks % TimeSpan.TicksPerSecond));
        Workload?[] workloads = await owners.FindAsync([.. pods.Select(pod => pod.Manifest)], cancellationToken);
        PendingUpsert[] upserts =
        [
            .. pods.Select((pod, index) => new PendingUpsert(pod.Manifest.ToRecord(pod.Ip, workloads[index], since), pod.Digest)
            {
                IsLive = !pod.Manifest.IsFinished,
                DeletionRequestedAt = pod.Manifest.DeletionRequestedAt,
                StayFrom = pod.Manifest is { IsFinished: true, FinishedAt: not null } manifest ? manifest.StartedAt : null,
            }).OrderBy(upsert => upsert.Pod.Name, StringComparer.Ordinal),
        ];
        await WriteAsync(upserts, [.. gone.OrderBy(pod => pod.Name, StringComparer.Ordinal)], age, cancellationToken);
    }

    /// <summary>Ends the stays of all pods that are stored alive, were not posted since the list began, and that the list does not contain.</summary>
    /// <param name="listBeganAt">When the list began, by the database's clock.</param>
    /// <param name="isListed">Whether the list contains a pod.</param>
    /// <param name="cancellationToken">Ends the wait for the session.</param>
    /// <returns>How many pods that were.</returns>
    public async Task<int> SweepAsync(DateTime listBeganAt, Func<GonePod, bool> isListed, CancellationToken cancellationToken)
    {
        List<GonePod?> stored = await session.QueryAsync(WatchStatements.Missing(listBeganAt, isListed), cancellationToken);
        GonePod[] missing = [.. stored.OfType<GonePod>().OrderBy(pod => pod.Name, StringComparer.Ordinal)];
        foreach (GonePod[] batch in missing.Chunk(SweepBatch))
        {
            await WriteAsync([], await WithEndsAsync(batch, cancellationToken), () => TimeSpan.Zero, cancellationToken);
        }

        metrics.Swept(missing.Length);
        return missing.Length;
    }

    /// <summary>Says that all stored pods were those of the cluster some time ago.</summary>
    public Task VouchAsync(TimeSpan age, CancellationToken cancellationToken) => session.QueryAsync(WatchStatements.Vouch(age), cancellationToken);

    /// <summary>Counts a pod that is not stored, and logs it unless it is one that has no IP yet.</summary>
    /// <param name="manifest">The manifest; null when it could not be read.</param>
    /// <param name="reason">One of <see cref="WatchMetrics"/>.</param>
    public void Skip(PodManifest? manifest, string reason)
    {
        metrics.Skipped(reason);
        if (reason is not (WatchMetrics.NoIp or WatchMetrics.NoNode))
        {
            LogSkipped(LogSanitizer.Sanitize(manifest?.Namespace), LogSanitizer.Sanitize(manifest?.Name), reason);
        }
    }

    /// <summary>Pods that are missing in a list, with the ends of those that were being deleted and whose containers had all ended.</summary>
    private async Task<GonePod[]> WithEndsAsync(GonePod[] gone, CancellationToken cancellationToken)
    {
        List<GonePod?> ended = gone.Length == 0 ? [] : await session.QueryAsync(WatchStatements.StoredEnds(gone), cancellationToken);
        Dictionary<(string?, string), GonePod> told = ended.OfType<GonePod>().ToDictionary(pod => (pod.Namespace, pod.Name));
        return [.. gone.Select(pod => told.GetValueOrDefault((pod.Namespace, pod.Name), pod))];
    }

    private async Task WriteAsync(PendingUpsert[] upserts, GonePod[] gone, Func<TimeSpan> age, CancellationToken cancellationToken)
    {
        string[] names = [.. upserts.Select(upsert => upsert.Pod.Name).Union(gone.Select(pod => pod.Name))];
        Backoff backoff = new(time);
        while (names.Length > 0)
        {
            try
            {
                PendingUpsert[] finished = Array.FindAll(upserts, upsert => !upsert.IsLive);
                List<UpsertedPod> stored = await session.QueryAsync(
                    UpsertStatement.For(upserts, age()),
                    cancellationToken,
                    WatchStatements.Gone(gone),
                    WatchStatements.ConfirmUntilDeletion(finished),
                    WatchStatements.EndOverdue(finished),
                    WatchStatements.CutEarlierStays([.. upserts.Where(upsert => upsert.IsLive)]));
                stored.ForEach(report.Report);
                return;
            }
            catch (PostgresException exception) when (names.Length == 1 && DatabaseErrors.IsRefusedValue(exception))
            {
                metrics.Skipped(WatchMetrics.BadManifest);
                LogRefused(NameOf(upserts, gone), DatabaseErrors.Reason(exception));
                return;
            }
            catch (PostgresException exception) when (names.Length > 1 && DatabaseErrors.MayConcernOneRow(exception))
            {
                foreach (string name in names)
                {
                    await WriteAsync(
                        Array.FindAll(upserts, upsert => upsert.Pod.Name == name), Array.FindAll(gone, pod => pod.Name == name), age, cancellationToken);
                }

                return;
            }
            catch (PostgresException exception) when (!session.Lost.IsCancellationRequested)
            {
                LogNotWritten(NameOf(upserts, gone), DatabaseErrors.Reason(exception));
                await backoff.WaitAsync(null, cancellationToken);
            }
        }
    }

    /// <summary>Which pod a write is of; how many pods, if they are several.</summary>
    private static string NameOf(PendingUpsert[] upserts, GonePod[] gone)
    {
        string[] pods =
        [
            .. upserts.Select(upsert => $"{upsert.Pod.Namespace}/{upsert.Pod.Name}").Union(gone.Select(pod => $"{pod.Namespace}/{pod.Name}")),
        ];
        return pods.Length == 1 ? $"pod {LogSanitizer.Sanitize(pods[0])}" : $"{pods.Length} pods";
    }

    [LoggerMessage(LogLevel.Warning, "Pod {PodNamespace}/{PodName} is skipped: {Reason}")]
    private partial void LogSkipped(string? podNamespace, string? podName, string reason);

    [LoggerMessage(LogLevel.Warning, "The database cannot store {Pods}, which is skipped: {Reason}")]
    private partial void LogRefused(string pods, string reason);

    [LoggerMessage(LogLevel.Warning, "The database does not take what the cluster says of {Pods}: {Reason}. Trying again")]
    private partial void LogNotWritten(string pods, string reason);
}
