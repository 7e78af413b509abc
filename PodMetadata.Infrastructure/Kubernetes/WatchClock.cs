using PodMetadata.Domain;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Up to which moment every change of the cluster has been received.</summary>
/// <remarks>That is when the last bytes arrived, while a watch is read without a pause. After a pause, such as a cut connection or a slow database,
/// what arrives first may have happened at any time since; so until it must have arrived, the moment stays where the pause began. A process that is
/// frozen pauses too, and finds out when it goes on.</remarks>
internal sealed class WatchClock
{
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(5);

    private readonly TimeProvider time;
    private DateTime pausedAt;
    private DateTime caughtUpAt;
    private DateTime connectedAt;
    private DateTime aliveAt;

    /// <summary>Begins now, with a pause.</summary>
    public WatchClock(TimeProvider time)
    {
        this.time = time;
        BeganAt = pausedAt = CompleteUntil = aliveAt = Now;
    }

    /// <summary>When the clock began, in UTC.</summary>
    public DateTime BeganAt { get; }

    /// <summary>The moment, in UTC.</summary>
    public DateTime CompleteUntil { get; private set; }

    /// <summary>How long ago that was.</summary>
    public TimeSpan Age => Now - CompleteUntil;

    private DateTime Now => PodTime.Now(time);

    /// <summary>Nothing is read from now on.</summary>
    public void Pause() => pausedAt = Now;

    /// <summary>This process runs, and waits for what arrives. If it has not said so for long, it was frozen.</summary>
    public void Alive()
    {
        if (Now - aliveAt > Breath)
        {
            pausedAt = aliveAt;
            Resume();
        }

        aliveAt = Now;
    }

    /// <summary>The watch is read from now on.</summary>
    public void Resume()
    {
        aliveAt = Now;
        TimeSpan pause = Now - pausedAt;
        if (pause > Breath)
        {
            // What happened in a pause is sent many times as fast as it happened.
            caughtUpAt = Now + (pause / 4 > Breath ? pause / 4 : Breath);
        }
    }

    /// <summary>The server has begun a watch, and it is read from now on.</summary>
    public void Connected()
    {
        Resume();
        connectedAt = Now;
    }

    /// <summary>Something has arrived.</summary>
    public void Arrived()
    {
        if (Now >= caughtUpAt)
        {
            CompleteUntil = Now;
        }
    }

    /// <summary>Nothing has arrived for a while. What happened before the watch began would have.</summary>
    public void Quiet()
    {
        if (Now >= caughtUpAt && Now >= connectedAt + Breath && connectedAt > CompleteUntil)
        {
            CompleteUntil = connectedAt;
        }
    }
}
