using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using PodMetadata.Domain.Json;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Writes each change of the cluster's pods into the store, from the version of a list on.</summary>
/// <remarks>There is no queue between the API server and the database: what is not written yet is not read, and waits in the connection or at the
/// server. So memory is bounded, and a cut loses nothing. Failures of the watch are reported apart from those of the requests between two watches, which
/// may all be answered.</remarks>
internal sealed partial class PodWatcher(
    KubernetesApi api, ApiRetries requests, ApiRetries watches, WatchStore store, WatchMetrics metrics, TimeProvider time, ILogger<PodWatcher> logger)
{
    private const int MaxLineBytes = 16 * 1024 * 1024;
    private const int ReadBytes = 256 * 1024;

    // Less than client-go's 5 to 10 minutes: without an event or a bookmark, only a new watch shows that nothing has happened.
    private const int ShortestWatch = 180;
    private const int LongestWatch = 240;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AliveInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan VouchInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ListInterval = TimeSpan.FromDays(1);

    private readonly Backoff backoff = new(time);
    private bool isInterrupted;
    private long? vouchedAt;

    /// <summary>Watches until all pods must be listed again.</summary>
    /// <param name="version">The version of the list.</param>
    /// <param name="clock">The clock since the list began.</param>
    /// <param name="isSameCluster">Whether the cluster is still the one that is watched.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>What makes a list necessary: one of <see cref="WatchMetrics"/>.</returns>
    public async Task<string> WatchAsync(string version, WatchClock clock, Func<Task<bool>> isSameCluster, CancellationToken cancellationToken)
    {
        EventWriter writer = new(store, metrics, clock, version);
        long start = time.GetTimestamp();
        vouchedAt = null;
        while (time.GetElapsedTime(start) < ListInterval)
        {
            await VouchAsync(clock, cancellationToken);

            // A watch from a version that the server does not have yet would be silent. An etcd that was restored from a snapshot goes back.
            if (!await isSameCluster() || await GetServerVersionAsync(cancellationToken) < NumberOf(writer.Cursor))
            {
                return WatchMetrics.Reset;
            }

            try
            {
                await WatchOnceAsync(writer, clock, cancellationToken);
                watches.Answered();
                clock.Pause();
            }
            catch (KubernetesApiException exception) when (exception.Status == HttpStatusCode.Gone)
            {
                return WatchMetrics.Expired;
            }
            catch (JsonException exception)
            {
                LogUnreadable(exception.Message);
                return WatchMetrics.Unreadable;
            }
            catch (Exception exception) when (ApiRetries.IsOfServer(exception) && !cancellationToken.IsCancellationRequested)
            {
                clock.Pause();
                writer.Drop();
                isInterrupted = true;
                watches.Report(exception);
                await backoff.WaitAsync((exception as KubernetesApiException)?.RetryAfter, cancellationToken);
            }
        }

        return WatchMetrics.Daily;
    }

    /// <summary>Watches until the server ends the watch.</summary>
    private async Task WatchOnceAsync(EventWriter writer, WatchClock clock, CancellationToken cancellationToken)
    {
        TimeSpan timeout = TimeSpan.FromSeconds(Random.Shared.Next(ShortestWatch, LongestWatch));
        long start = time.GetTimestamp();
        using HttpResponseMessage response = await api.GetAsync(ApiRequest.WatchPods(writer.Cursor, timeout), cancellationToken);
        clock.Connected();
        if (isInterrupted)
        {
            isInterrupted = false;
            LogResumed(writer.Cursor);
        }

        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        PipeReader pipe = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: ReadBytes));
        for (bool hasEnded = false; !hasEnded;)
        {
            long asked = time.GetTimestamp();
            Task<ReadResult> reading = pipe.ReadAsync(cancellationToken).AsTask();
            while (!await IsCompleteAsync(reading))
            {
                clock.Alive();
                if (time.GetElapsedTime(start) > timeout + Grace)
                {
                    throw new TimeoutException("The API server does not end the watch in time");
                }

                if (time.GetElapsedTime(asked) > VouchInterval)
                {
                    clock.Quiet();
                }

                await VouchAsync(clock, cancellationToken);
            }

            ReadResult read = await reading;
            hasEnded = read.IsCompleted;
            clock.Alive();
            if (EndsLine(read.Buffer))
            {
                clock.Arrived(after: time.GetElapsedTime(asked));
            }

            ReadOnlySequence<byte> rest = await TakeLinesAsync(read.Buffer, writer, cancellationToken);
            if (hasEnded && (!rest.IsEmpty || time.GetElapsedTime(start) < VouchInterval))
            {
                throw new IOException("The watch ended early");
            }

            pipe.AdvanceTo(rest.Start, rest.End);
            await VouchAsync(clock, cancellationToken);
        }
    }

    /// <summary>Writes the events of all whole lines, and returns the rest.</summary>
    private async Task<ReadOnlySequence<byte>> TakeLinesAsync(ReadOnlySequence<byte> text, EventWriter writer, CancellationToken cancellationToken)
    {
        while (text.PositionOf((byte)'\n') is { } end)
        {
            await writer.TakeAsync(text.Slice(0, end), cancellationToken);
            text = text.Slice(text.GetPosition(1, end));
            backoff.Reset();
            watches.Answered();
        }

        await writer.FlushAsync(cancellationToken);
        return text.Length <= MaxLineBytes ? text : throw new JsonException("The line is too long.");
    }

    private async Task<bool> IsCompleteAsync(Task reading)
    {
        try
        {
            await reading.WaitAsync(AliveInterval, time);
            return true;
        }
        catch (TimeoutException) when (!reading.IsCompleted)
        {
            return false;
        }
    }

    /// <summary>The version of the cluster's data that the server has now; null when it does not say.</summary>
    private async Task<ulong?> GetServerVersionAsync(CancellationToken cancellationToken)
    {
        JsonElement list = await requests.RunAsync(
            () => api.GetObjectAsync(ApiRequest.ListPods(limit: 1, next: null), cancellationToken), (_, _) => false, cancellationToken);
        return NumberOf(list.At("metadata", "resourceVersion").Text());
    }

    // Versions of one kind of object are decimal numbers that grow (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions).
    private static ulong? NumberOf(string? version) => ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : null;

    private static bool EndsLine(ReadOnlySequence<byte> text) => !text.IsEmpty && text.Slice(text.Length - 1).FirstSpan[0] == '\n';

    private async Task VouchAsync(WatchClock clock, CancellationToken cancellationToken)
    {
        if (vouchedAt is null || time.GetElapsedTime(vouchedAt.Value) >= VouchInterval)
        {
            vouchedAt = time.GetTimestamp();
            await store.VouchAsync(clock.Age, cancellationToken);
            metrics.Vouched(clock.CompleteUntil);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The API server sent an event that cannot be read: {Reason}")]
    private partial void LogUnreadable(string reason);

    [LoggerMessage(LogLevel.Information, "The watch goes on from version {Version}")]
    private partial void LogResumed(string version);
}
