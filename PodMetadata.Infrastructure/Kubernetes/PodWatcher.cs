using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Writes each change of the cluster's pods into the store, from the version of a list on.</summary>
/// <remarks>There is no queue between the API server and the database: what is not written yet is not read, and waits in the connection or at the
/// server. So memory is bounded, and a cut loses nothing.</remarks>
internal sealed partial class PodWatcher(
    KubernetesApi api, ApiRetries retries, WatchStore store, WatchMetrics metrics, TimeProvider time, ILogger<PodWatcher> logger)
{
    private const int MaxLineBytes = 16 * 1024 * 1024;
    private const int ReadBytes = 64 * 1024;

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
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>What makes a list necessary: one of <see cref="WatchMetrics"/>.</returns>
    public async Task<string> WatchAsync(string version, WatchClock clock, CancellationToken cancellationToken)
    {
        EventWriter writer = new(store, metrics, clock, version);
        long start = time.GetTimestamp();
        vouchedAt = null;
        while (time.GetElapsedTime(start) < ListInterval)
        {
            await VouchAsync(clock, cancellationToken);
            try
            {
                await WatchOnceAsync(writer, clock, cancellationToken);
                clock.Pause();
            }
            catch (KubernetesApiException exception) when (exception.Status == HttpStatusCode.Gone)
            {
                return WatchMetrics.Expired;
            }
            catch (JsonException)
            {
                return WatchMetrics.Unreadable;
            }
            catch (Exception exception) when (ApiRetries.IsOfServer(exception) && !cancellationToken.IsCancellationRequested)
            {
                clock.Pause();
                writer.Drop();
                isInterrupted = true;
                retries.Report(exception);
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
            Task<ReadResult> reading = pipe.ReadAsync(cancellationToken).AsTask();
            long quietSince = time.GetTimestamp();
            while (!await IsCompleteAsync(reading))
            {
                clock.Alive();
                if (time.GetElapsedTime(start) > timeout + Grace)
                {
                    throw new TimeoutException("The API server does not end the watch in time");
                }

                if (time.GetElapsedTime(quietSince) >= VouchInterval)
                {
                    clock.Quiet();
                }

                await VouchAsync(clock, cancellationToken);
            }

            ReadResult read = await reading;
            hasEnded = read.IsCompleted;
            clock.Alive();
            if (!read.Buffer.IsEmpty)
            {
                clock.Arrived();
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
            retries.Answered();
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

    private async Task VouchAsync(WatchClock clock, CancellationToken cancellationToken)
    {
        if (vouchedAt is null || time.GetElapsedTime(vouchedAt.Value) >= VouchInterval)
        {
            vouchedAt = time.GetTimestamp();
            await store.VouchAsync(clock.Age, cancellationToken);
            metrics.Vouched(clock.CompleteUntil);
        }
    }

    [LoggerMessage(LogLevel.Information, "The watch goes on from version {Version}")]
    private partial void LogResumed(string version);
}
