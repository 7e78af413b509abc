using System.Globalization;

namespace PodMetadata.Tests.Bench;

/// <summary>Drives the service with wrk.</summary>
internal static class Wrk
{
    private static readonly string Script = Path.Combine(TestDatabase.Root, "PodMetadata.Tests", "Bench", "work.lua");

    // A service that has just started may take longer than wrk's two seconds for its first answers on a busy machine.
    private const string Patience = "10s";

    /// <summary>Sends a work's requests over so many connections; every one must be answered 200.</summary>
    public static async Task<Answers> RunAsync(Work work, int pods, Uri address, int connections, int seconds, int run)
    {
        int threads = Math.Min(connections, 2);
        string output = await Command.RunAsync("wrk", [
            $"-t{threads}", $"-c{connections}", $"-d{seconds}s", "--timeout", Patience, "-s", Script, address.ToString(), "--",
            work.Name, $"{work.First(pods)}", $"{work.Last(pods)}", $"{run}", $"{threads}", .. work.Outcome is not null ? [Report.Bodies] : Array.Empty<string>()]);
        string line = output.Split('\n').FirstOrDefault(line => line.StartsWith("wrk: ", StringComparison.Ordinal)) ?? throw new InvalidOperationException($"wrk printed: {output}");
        long[] numbers = [.. line.Split(' ')[1..].Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
        Assert.That(numbers[4], Is.Zero, () => $"{work.Route} was not always answered 200:\n{output}");
        return new Answers(numbers[0], numbers[0] / (numbers[1] / 1e6), numbers[2] / 1e3, numbers[3] / 1e3);
    }

    /// <summary>How many answers there were, how many a second, and the milliseconds within which half, and 99 of 100, came.</summary>
    internal sealed record Answers(long Count, double Rate, double P50, double P99);
}
