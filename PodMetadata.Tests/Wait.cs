using System.Diagnostics;

namespace PodMetadata.Tests;

/// <summary>Waits for what happens in its own time.</summary>
public static class Wait
{
    /// <summary>Returns when the condition holds; it must within two minutes.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        Stopwatch waiting = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.That(waiting.Elapsed, Is.LessThan(TimeSpan.FromMinutes(2)), "It did not happen.");
            await Task.Delay(50);
        }
    }
}
