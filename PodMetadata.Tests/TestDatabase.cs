using System.Diagnostics;
using Npgsql;

namespace PodMetadata.Tests;

/// <summary>Starts a throwaway PostgreSQL for the whole run, through scripts/postgres, and stops it at the end.</summary>
[SetUpFixture]
public sealed class TestDatabase
{
    private const string HomePrefix = "test-postgres-";

    // Nothing here outlives the run, so nothing need survive a crash. Statistics are what a test makes them: autovacuum would
    // now and then look at a table that was just emptied, and its snapshots keep the room of rows that re-posts have left.
    private const string Options = "-c fsync=off -c max_connections=1000 -c autovacuum=off";

    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = FindRoot();

    private static string Local { get; } = Path.Combine(Root, ".local");

    private static string Home { get; } = Path.Combine(Local, HomePrefix + Environment.ProcessId);

    /// <summary>The cluster's connection string; every fixture makes its own database in it.</summary>
    private static string ConnectionString { get; set; } = "";

    /// <summary>The folder of another cluster of this run, which its user removes; the next run removes it if this one is killed.</summary>
    public static string HomeOf(string cluster) => $"{Home}-{cluster}";

    /// <summary>A connection string to a new, empty database, with time for a busy machine.</summary>
    /// <param name="properties">What CREATE DATABASE says beside the name.</param>
    public static async Task<string> CreateAsync(string properties = "")
    {
        string name = "test_" + Guid.NewGuid().ToString("N");
        await using NpgsqlConnection connection = new(ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new($"CREATE DATABASE {name} {properties}", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name, IncludeErrorDetail = true, Timeout = 30, CommandTimeout = 600 }.ConnectionString;
    }

    [OneTimeSetUp]
    public static async Task StartAsync()
    {
        await RemoveAbandonedAsync();
        await ScriptAsync("postgres", "start");
        ConnectionString = (await ScriptAsync("postgres", "url")).Trim();
    }

    [OneTimeTearDown]
    public static async Task StopAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await ScriptAsync("postgres", "remove");
    }

    /// <summary>What one of the project's scripts prints; it must succeed.</summary>
    public static Task<string> ScriptAsync(string script, string arguments = "") => ScriptAsync(script, arguments, Home, Options);

    /// <summary>What one of the project's scripts prints, for another cluster than the run's own; it must succeed.</summary>
    public static async Task<string> ScriptAsync(string script, string arguments, string home, string options)
    {
        ProcessStartInfo start = new(Path.Combine(Root, "scripts", script), arguments) { RedirectStandardOutput = true };
        start.Environment["POSTGRES_HOME"] = home;
        start.Environment["POSTGRES_OPTIONS"] = options;
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"scripts/{script} {arguments} failed; see above.");
    }

    /// <summary>Ends the clusters of test runs that were killed.</summary>
    private static async Task RemoveAbandonedAsync()
    {
        HashSet<string> running = [.. Process.GetProcesses().Select(process => $"{process.Id}")];
        foreach (string home in Directory.CreateDirectory(Local).GetDirectories(HomePrefix + "*").Select(folder => folder.FullName))
        {
            if (!running.Contains(Path.GetFileName(home)[HomePrefix.Length..].Split('-')[0]))
            {
                await ScriptAsync("postgres", "remove", home, Options);
            }
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "PodMetadata.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
