using System.Buffers;
using System.Net;
using System.Text.Json;
using PodMetadata.Domain.Json;
using PodMetadata.Domain.Kubernetes;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Writes the events of a watch into the store, in batches.</summary>
/// <param name="store">The store.</param>
/// <param name="metrics">The metrics.</param>
/// <param name="clock">Says how old the events are.</param>
/// <param name="version">The version after which the events begin.</param>
internal sealed class EventWriter(WatchStore store, WatchMetrics metrics, WatchClock clock, string version)
{
    private readonly PodBatch batch = new();
    private string? batchVersion;

    /// <summary>The version up to which all events have committed. A watch that goes on from here misses nothing.</summary>
    public string Cursor { get; private set; } = version;

    /// <summary>Takes an event. It is written at the latest by <see cref="FlushAsync"/>.</summary>
    /// <exception cref="JsonException">The line is not an event.</exception>
    /// <exception cref="KubernetesApiException">The event is an error; of status 410 when the cursor is too old.</exception>
    public async Task TakeAsync(ReadOnlySequence<byte> line, CancellationToken cancellationToken)
    {
        WatchEvent taken = WatchEvent.Parse(line);
        if (taken.Type == WatchEvent.Error)
        {
            await FlushAsync(cancellationToken);
            throw ErrorOf(taken.Object);
        }

        metrics.Received(taken.Type);
        if (taken.Type == WatchEvent.Bookmark)
        {
            using JsonDocument bookmark = JsonDocument.Parse(taken.Object.Utf8);
            batchVersion = bookmark.RootElement.At("metadata", "resourceVersion").Text() ?? batchVersion;
            return;
        }

        PodManifest manifest = PodManifest.Parse(taken.Object);
        if (!batch.HasRoomFor(manifest))
        {
            await FlushAsync(cancellationToken);
        }

        Add(taken.Type, manifest);
        batchVersion = manifest.ResourceVersion ?? batchVersion;
    }

    /// <summary>Writes what was taken, and moves the cursor.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (batch.Pods.Count + batch.Gone.Count > 0)
        {
            clock.Pause();
            await store.WriteAsync(batch.Pods, batch.Gone, () => clock.Age, cancellationToken);
            clock.Resume();
        }

        Cursor = batchVersion ?? Cursor;
        Drop();
    }

    /// <summary>Forgets what was taken and not written: a watch from the cursor brings it again.</summary>
    public void Drop()
    {
        batch.Clear();
        batchVersion = null;
    }

    private void Add(string type, PodManifest manifest)
    {
        if (type == WatchEvent.Deleted)
        {
            batch.Add(new GonePod(manifest.Name, manifest.Namespace, manifest.FinishedAt ?? clock.CompleteUntil));
            return;
        }

        (ObservedPod? pod, string? skippedFor) = ObservedPod.Of(manifest);
        if (pod is not null)
        {
            batch.Add(pod);
            return;
        }

        store.Skip(manifest, skippedFor!);
        if (skippedFor == WatchMetrics.NoIp && type == WatchEvent.Modified)
        {
            // A pod that had an IP has it no more. Kubernetes 1.27 to 1.30 say of a finished pod first that it has none.
            batch.Add(new GonePod(manifest.Name, manifest.Namespace, manifest.FinishedAt ?? clock.CompleteUntil));
        }
    }

    private static KubernetesApiException ErrorOf(JsonText json)
    {
        using JsonDocument status = JsonDocument.Parse(json.Utf8);
        int code = status.RootElement.At("code") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int value) ? value : 0;
        return new KubernetesApiException((HttpStatusCode)code, $"The API server ended the watch with {code} ({status.RootElement.At("message").Text()})");
    }
}
