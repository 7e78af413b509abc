using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using PodMetadata.Domain.Json;
using PodMetadata.Domain.Kubernetes;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Brings the store up to date with a list of all pods of the cluster.</summary>
internal sealed partial class PodLister(
    KubernetesApi api, ApiRetries retries, WatchStore store, WatchMetrics metrics, TimeProvider time, ILogger<PodLister> logger)
{
    private const int PageSize = 500;

    // How often a page may fail, and how many lists a refused page may end, before another way is tried.
    private const int FailuresOfPage = 5;
    private const int RefusalsInPages = 2;

    /// <summary>Lists all pods, stores those that have changed, and ends the stays of those that are missing.</summary>
    /// <param name="reason">What makes the list necessary: one of <see cref="WatchMetrics"/>.</param>
    /// <param name="isSameCluster">Whether the cluster is still the one that is watched.</param>
    /// <param name="cancellationToken">Ends the list; what is missing is not ended then.</param>
    /// <returns>The version of the list, from which a watch goes on; null when the cluster is another one.</returns>
    public Task<string?> ListAsync(string reason, Func<Task<bool>> isSameCluster, CancellationToken cancellationToken)
    {
        metrics.Relisted(reason);
        LogBegun(reason);
        return ReadAsync(limit => ListAsync(limit, isSameCluster, cancellationToken), cancellationToken);
    }

    /// <summary>Whether any pod of the cluster is stored alive, at its IP and node. Stores nothing.</summary>
    public Task<bool> IsAnyStoredAsync(CancellationToken cancellationToken) => ReadAsync(limit => IsAnyStoredAsync(limit, cancellationToken), cancellationToken);

    /// <summary>What a list says: it is read in pages, or without where the server refuses them, until it can be read to its end.</summary>
    private async Task<T> ReadAsync<T>(Func<int?, Task<T>> readOnce, CancellationToken cancellationToken)
    {
        Backoff backoff = new(time);
        int refusals = 0;
        while (true)
        {
            int? limit = refusals < RefusalsInPages ? PageSize : null;
            try
            {
                return await readOnce(limit);
            }
            catch (Exception exception) when (ApiRetries.IsOfServer(exception))
            {
                // After a list without pages, one refusal more of a page is enough for the next: neither way is the only one for ever.
                refusals = limit is null ? RefusalsInPages - 1 : refusals + (IsRefusal(exception) ? 1 : 0);
                retries.Report(exception, refusals < RefusalsInPages ? "Trying again from the first page" : "Trying again without pages");
                await backoff.WaitAsync((exception as KubernetesApiException)?.RetryAfter, cancellationToken);
            }
        }
    }

    private async Task<bool> IsAnyStoredAsync(int? limit, CancellationToken cancellationToken)
    {
        ApiRequest? request = ApiRequest.ListPods(limit, next: null);
        while (request is not null)
        {
            using HttpResponseMessage response = await api.GetAsync(request, cancellationToken);
            PodListPage page = new(await response.Content.ReadAsStreamAsync(cancellationToken), time);
            await foreach (PodBatch batch in ReadBatchesAsync(page, [], cancellationToken))
            {
                if (await store.IsAnyStoredAsync(batch.Pods, cancellationToken))
                {
                    return true;
                }
            }

            request = page.Next is { } next ? ApiRequest.ListPods(limit, next) : null;
        }

        return false;
    }

    /// <summary>Reads a list once, from its start to its end. Of the pages after the first, each is tried a few times: the first is of the version that
    /// the server has when it is asked, so that asked again, all begins anew with it.</summary>
    /// <exception cref="Exception">One of <see cref="ApiRetries.IsOfServer"/>: the list has to begin anew.</exception>
    private async Task<string?> ListAsync(int? limit, Func<Task<bool>> isSameCluster, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        DateTime beganAt = await store.NowAsync(cancellationToken);
        HashSet<ulong> listed = []; // hashes, so that it takes few bytes a pod
        PodListPage page = await StorePageAsync(ApiRequest.ListPods(limit, next: null), listed, start, cancellationToken);
        retries.Answered();
        string version = page.ResourceVersion!;
        while (page.Next is { } next)
        {
            page = await retries.RunAsync(
                () => StorePageAsync(ApiRequest.ListPods(limit, next), listed, start, cancellationToken),
                (exception, failures) => IsRefusal(exception) || (failures >= FailuresOfPage && !IsOfAccessOrLoad(exception)),
                cancellationToken);
        }

        if (!await isSameCluster())
        {
            return null;
        }

        int swept = await store.SweepAsync(beganAt, pod => pod.Namespace is { } podNamespace && listed.Contains(HashOf(podNamespace, pod.Name)), cancellationToken);
        LogDone(listed.Count, time.GetElapsedTime(start).TotalSeconds, swept);
        return version;
    }

    private async Task<PodListPage> StorePageAsync(ApiRequest request, HashSet<ulong> listed, long start, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await api.GetAsync(request, cancellationToken);
        PodListPage page = new(await response.Content.ReadAsStreamAsync(cancellationToken), time);
        await foreach (PodBatch batch in ReadBatchesAsync(page, listed, cancellationToken))
        {
            await store.StoreListedAsync(batch.Pods, () => time.GetElapsedTime(start), cancellationToken);
        }

        return page;
    }

    private async IAsyncEnumerable<PodBatch> ReadBatchesAsync(PodListPage page, HashSet<ulong> listed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PodBatch batch = new();
        await foreach (JsonText json in page.ReadAsync(cancellationToken))
        {
            if (Observe(json, listed) is { } pod)
            {
                if (!batch.HasRoomFor(pod.Manifest))
                {
                    yield return batch;
                    batch.Clear();
                }

                batch.Add(pod);
            }
        }

        if (batch.Pods.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>The pod of an item; null when it is skipped. One that cannot be stored is listed all the same: it is not gone.</summary>
    private ObservedPod? Observe(JsonText json, HashSet<ulong> listed)
    {
        try
        {
            PodManifest manifest = PodManifest.Parse(json);
            (ObservedPod? pod, string? skippedFor) = ObservedPod.Of(manifest);
            if (skippedFor is not (WatchMetrics.NoIp or WatchMetrics.NoNode))
            {
                listed.Add(HashOf(manifest.Namespace, manifest.Name));
            }

            if (skippedFor is not null)
            {
                store.Skip(manifest, skippedFor);
            }

            return pod;
        }
        catch (JsonException)
        {
            store.Skip(null, WatchMetrics.BadManifest);
            return null;
        }
    }

    /// <summary>Whether the server refuses what it was asked for. Of a page, that is its token: the server forgot the list's version (410), or does not
    /// know the token.</summary>
    private static bool IsRefusal(Exception exception) =>
        exception is KubernetesApiException { Status: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError } && !IsOfAccessOrLoad(exception);

    /// <summary>Whether a failure is of the credentials, the rights or the server's load, which another list would meet as well.</summary>
    private static bool IsOfAccessOrLoad(Exception exception) =>
        exception is KubernetesAccessException
            or KubernetesApiException { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests };

    private static ulong HashOf(string podNamespace, string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes($"{podNamespace}/{name}".AsSpan()), hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    [LoggerMessage(LogLevel.Information, "Listing the pods of the cluster: {Reason}")]
    private partial void LogBegun(string reason);

    [LoggerMessage(LogLevel.Information, "Listed {Pods} pods with an IP in {Seconds:0.0} s; {Swept} stored pods were gone")]
    private partial void LogDone(int pods, double seconds, int swept);
}
