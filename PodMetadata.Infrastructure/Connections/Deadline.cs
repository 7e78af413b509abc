namespace PodMetadata.Infrastructure.Connections;

/// <summary>When a request must be answered. The store makes one for each request; batching, retries and statements share it.</summary>
/// <param name="time">The clock.</param>
/// <param name="limit">The time from now.</param>
/// <param name="whole">The whole time that the request has, if this is a part of it.</param>
internal readonly struct Deadline(TimeProvider time, TimeSpan limit, TimeSpan? whole = null)
{
    private readonly long start = time.GetTimestamp();

    /// <summary>The whole time that the request has.</summary>
    public TimeSpan Limit => whole ?? limit;

    /// <summary>The time that is left; zero when none is.</summary>
    public TimeSpan Remaining => limit - time.GetElapsedTime(start) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>A deadline after half of the time that is left, for an attempt that leaves time for another.</summary>
    public Deadline Half() => new(time, Remaining / 2, Limit);

    /// <summary>The result of a task.</summary>
    /// <exception cref="TimeoutException">It did not complete in time. It goes on by itself.</exception>
    public Task<T> WaitAsync<T>(Task<T> task, CancellationToken cancellationToken) => task.WaitAsync(Remaining, time, cancellationToken);
}
