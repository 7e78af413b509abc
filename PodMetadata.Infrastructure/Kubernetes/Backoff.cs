namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>The pauses between attempts: from 0.8 seconds, doubled up to 30 seconds, each somewhere between half and all of that, so that instances
/// and clusters do not try again at the same time.</summary>
internal sealed class Backoff(TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.8);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(1);

    private TimeSpan next = Shortest;

    /// <summary>Begins with the shortest pause again.</summary>
    public void Reset() => next = Shortest;

    /// <summary>Waits before the next attempt.</summary>
    /// <param name="atLeast">How long the server asked to wait, of which a minute is obeyed; null when it did not.</param>
    /// <param name="cancellationToken">Ends the pause.</param>
    public Task WaitAsync(TimeSpan? atLeast, CancellationToken cancellationToken)
    {
        TimeSpan pause = next * (0.5 + (Random.Shared.NextDouble() / 2));
        next = next * 2 < Longest ? next * 2 : Longest;
        TimeSpan asked = atLeast > LongestAsked ? LongestAsked : atLeast ?? TimeSpan.Zero;
        return Task.Delay(asked > pause ? asked : pause, time, cancellationToken);
    }
}
