using System.Diagnostics;

namespace PodMetadata.Tests.Bench;

/// <summary>Runs a program to its end.</summary>
internal static class Command
{
    /// <summary>What the program prints, and what it says of its progress and errors if that is wanted; it must succeed.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, IEnumerable<(string Name, string Value)>? environment = null, bool withErrors = false)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? (withErrors ? output + await errors : output) : throw new InvalidOperationException($"{program} failed: {await errors}{output}");
    }
}
