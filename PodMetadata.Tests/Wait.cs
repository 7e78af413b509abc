using System.Diagnostics;

namespace PodMetadata.Tests;

/// <summary>Waits for what happens in its own time, and measures what may not take long.</summary>
public static class Wait
{
    private const int Tries = 3;

    /// <summary>The time that something takes: the shortest of a few when it is not below a limit at once, for a busy machine may add to a time,
    /// but not always.</summary>
    public static async Task<TimeSpan> ShortestAsync(TimeSpan limit, Func<Task> act)
    {
        TimeSpan shortest = TimeSpan.MaxValue;
        for (int i = 0; i < Tries && shortest >= limit; i++)
        {
            Stopwatch took = Stopwatch.StartNew();
            await act();
            shortest = took.Elapsed < shortest ? took.Elapsed : shortest;
        }

        return shortest;
    }

    /// <summary>Returns when the condition holds; it must within two minutes.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string>? otherwise = null)
    {
        Stopwatch waiting = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.That(waiting.Elapsed, Is.LessThan(TimeSpan.FromMinutes(2)), otherwise ?? (() => "It did not happen."));
            await Task.Delay(50);
        }
    }
}
