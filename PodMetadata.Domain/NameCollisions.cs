using System.Collections.Concurrent;

namespace PodMetadata.Domain;

/// <summary>The pairs of live namesakes that were reported lately. Such pods replace each other's records with every post, so each pair is reported
/// once per hour.</summary>
/// <param name="time">The clock.</param>
public sealed class NameCollisions(TimeProvider time)
{
    private const int MaxPairs = 10_000;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<(string Name, string First, string Second), DateTimeOffset> reported = new();

    /// <summary>Whether the pair is to be reported now: it was not within the last hour. Its order does not matter.</summary>
    /// <param name="name">The name that both pods have.</param>
    /// <param name="one">The namespace of one of them.</param>
    /// <param name="other">The namespace of the other.</param>
    public bool ShouldReport(string name, string one, string other)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (reported.Count >= MaxPairs)
        {
            reported.Clear();
        }

        (string, string, string) pair = string.CompareOrdinal(one, other) < 0 ? (name, one, other) : (name, other, one);
        return reported.TryGetValue(pair, out DateTimeOffset last)
            ? last <= now - Interval && reported.TryUpdate(pair, now, last)
            : reported.TryAdd(pair, now);
    }
}
