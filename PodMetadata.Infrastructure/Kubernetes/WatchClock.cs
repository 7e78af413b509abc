using PodMetadata.Domain;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Up to which moment every change of the cluster has been received.</summary>
/// <remarks>That is when an event last arrived for which the watch had to wait: what is there already may be of any age. After a pause, such as a cut
/// connection, a slow database or a frozen process, what arrives first may have happened at any time since; so until it must have arrived, the moment
/// stays where the pause began. Until something arrives, short pauses add up, as of watches that end at once. The moment is never too late as long as
/// an API server that has something to send does so within <see cref="LongestDelay"/>, and sends what happened in a pause four times as fast.</remarks>
internal sealed class WatchClock
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider time;
    private readonly long start;
    private TimeSpan completeUntil;
    private TimeSpan caughtUpAt;
    private TimeSpan connectedAt;
    private TimeSpan aliveAt;
    private TimeSpan? pausedAt = TimeSpan.Zero;
    private TimeSpan shortPauses; // together, since something arrived

    /// <summary>Begins now, with a pause.</summary>
    public WatchClock(TimeProvider time)
    {
        this.time = time;
        start = time.GetTimestamp();
    }

    /// <summary>The moment, in UTC.</summary>
    public DateTime CompleteUntil => PodTime.Now(time) - Age;

    /// <summary>How long ago that was.</summary>
    public TimeSpan Age => Elapsed - completeUntil;

    // Since the start, whatever happens to the clock on the wall.
    private TimeSpan Elapsed => time.GetElapsedTime(start);

    /// <summary>Nothing is read from now on.</summary>
    public void Pause() => pausedAt ??= Elapsed;

    /// <summary>The watch is read from now on.</summary>
    public void Resume()
    {
        shortPauses += Elapsed - (pausedAt ?? Elapsed);
        if (shortPauses > ShortestPause)
        {
            caughtUpAt = Elapsed + (shortPauses / 4 > ShortestPause ? shortPauses / 4 : ShortestPause);
            shortPauses = TimeSpan.Zero;
        }

        pausedAt = null;
        aliveAt = Elapsed;
    }

    /// <summary>The server has begun a watch, and it is read from now on.</summary>
    public void Connected()
    {
        Resume();
        connectedAt = Elapsed;
    }

    /// <summary>This process runs, and waits for what arrives. If it has not said so for long, it was frozen.</summary>
    public void Alive()
    {
        if (Elapsed - aliveAt > ShortestPause)
        {
            pausedAt = aliveAt;
            Resume();
        }

        aliveAt = Elapsed;
    }

    /// <summary>Whole events have arrived.</summary>
    /// <param name="after">How long the watch waited for them.</param>
    public void Arrived(TimeSpan after)
    {
        if (after >= LongestDelay && Elapsed >= caughtUpAt)
        {
            completeUntil = Elapsed;
            shortPauses = TimeSpan.Zero;
        }
    }

    /// <summary>Nothing has arrived for a while. What happened before the watch began would have.</summary>
    public void Quiet()
    {
        if (Elapsed >= caughtUpAt && Elapsed >= connectedAt + ShortestPause && connectedAt > completeUntil)
        {
            completeUntil = connectedAt;
            shortPauses = TimeSpan.Zero;
        }
    }
}
