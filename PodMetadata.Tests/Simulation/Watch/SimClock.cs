namespace PodMetadata.Tests.Simulation.Watch;

/// <summary>The clock of the simulated cluster: the real one, ahead by the time that was skipped. A skip moves what is stored into the past, so on the
/// wire all moments stay those of the real clock.</summary>
internal sealed class SimClock
{
    private TimeSpan skipped;

    private bool isHeld;

    /// <summary>The moment of the step.</summary>
    public DateTime Now { get; private set; } = SimCluster.Clock();

    /// <summary>Now, as a manifest says it.</summary>
    public DateTimeOffset Wire => new(OnWire(Now), TimeSpan.Zero);

    /// <summary>A moment of this clock, as manifests and questions say it.</summary>
    public DateTime OnWire(DateTime moment) => moment - skipped;

    /// <summary>Another step begins.</summary>
    public void Tick()
    {
        if (!isHeld)
        {
            Now = SimCluster.Clock() + skipped;
        }
    }

    /// <summary>Skips some time. Until <see cref="Release"/>, the clock stands where the skipped time began, or was moved to in it.</summary>
    public void Skip(TimeSpan time)
    {
        isHeld = true;
        skipped += time;
    }

    /// <summary>Goes on within the skipped time.</summary>
    public void Move(TimeSpan time) => Now += time;

    public void Release() => isHeld = false;
}
