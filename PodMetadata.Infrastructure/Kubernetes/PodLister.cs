using System.Buffers.Binary;
using System.Net;
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

    /// <summary>Lists all pods, stores those that have changed, and ends the stays of those that are missing.</summary>
    /// <param name="reason">What makes the list necessary: one of <see cref="WatchMetrics"/>.</param>
    /// <param name="isSameCluster">Whether the cluster is still the one that is watched.</param>
    /// <param name="cancellationToken">Ends the list; what is missing is not ended then.</param>
    /// <returns>The version of the list, from which a watch goes on; null when the cluster is another one.</returns>
    public async Task<string?> ListAsync(string reason, Func<Task<bool>> isSameCluster, CancellationToken cancellationToken)
    {
        metrics.Relisted(reason);
        LogBegun(reason);
        try
        {
            return await FromTheStartAsync(PageSize);
        }
        catch (KubernetesApiException exception) when (exception.Status == HttpStatusCode.Gone)
        {
            // The server forgot the list's version before its last page was read. Without a limit, there is one page.
            LogTooSlow();
            return await FromTheStartAsync(null);
        }

        // The first page is of the version that the server has when it is asked. Asked again, all begins anew with it.
        Task<string?> FromTheStartAsync(int? limit) => retries.RunAsync(
            () => ListAsync(limit, isSameCluster, cancellationToken), status => status == HttpStatusCode.Gone && limit is not null, cancellationToken);
    }

    private async Task<string?> ListAsync(int? limit, Func<Task<bool>> isSameCluster, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        DateTime beganAt = await store.NowAsync(cancellationToken);
        HashSet<ulong> listed = []; // hashes, so that it takes few bytes a pod
        PodListPage page = await StorePageAsync(ApiRequest.ListPods(limit, next: null), listed, start, cancellationToken);
        string version = page.ResourceVersion!;
        while (page.Next is { } next)
        {
            page = await retries.RunAsync(
                () => StorePageAsync(ApiRequest.ListPods(limit, next), listed, start, cancellationToken), status => status == HttpStatusCode.Gone, cancellationToken);
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
        PodBatch batch = new();
        await foreach (JsonText json in page.ReadAsync(cancellationToken))
        {
            if (Observe(json, listed) is { } pod)
            {
                if (!batch.HasRoomFor(pod.Manifest))
                {
                    await StoreAsync(batch, start, cancellationToken);
                }

                batch.Add(pod);
            }
        }

        await StoreAsync(batch, start, cancellationToken);
        return page;
    }

    private async Task StoreAsync(PodBatch batch, long start, CancellationToken cancellationToken)
    {
        if (batch.Pods.Count > 0)
        {
            await store.StoreListedAsync(batch.Pods, () => time.GetElapsedTime(start), cancellationToken);
            batch.Clear();
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

    private static ulong HashOf(string podNamespace, string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes($"{podNamespace}/{name}".AsSpan()), hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    [LoggerMessage(LogLevel.Information, "Listing the pods of the cluster: {Reason}")]
    private partial void LogBegun(string reason);

    [LoggerMessage(LogLevel.Warning, "The list of pods took so long that the API server forgot its version. Listing again without pages")]
    private partial void LogTooSlow();

    [LoggerMessage(LogLevel.Information, "Listed {Pods} pods with an IP in {Seconds:0.0} s; {Swept} stored pods were gone")]
    private partial void LogDone(int pods, double seconds, int swept);
}
