using PodMetadata.Infrastructure;

namespace PodMetadata.Api.Hosting;

/// <summary>The flag <c>--migrate</c>: applies the migrations and ends, without serving. For a role that owns the schema, such as in an init
/// container.</summary>
internal static partial class MigrateCommand
{
    private const string Flag = "--migrate";

    /// <summary>Whether the command line has the flag.</summary>
    /// <exception cref="FormatException">The flag has a value, which would otherwise be a setting that nothing reads.</exception>
    public static bool IsIn(string[] args) =>
        args.Any(arg => arg.StartsWith($"{Flag}=", StringComparison.OrdinalIgnoreCase)) ? throw new FormatException($"{Flag} takes no value.") : args.Any(IsFlag);

    /// <summary>The settings of the command line. A flag among them would take the next one for its value.</summary>
    public static string[] WithoutFlag(string[] args) => [.. args.Where(arg => !IsFlag(arg))];

    /// <summary>Migrates the database of an application that is not started.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> MigrateAsync(this WebApplication app)
    {
        await using (app) // which writes the last lines of the log
        {
            string? problem = await app.Services.MigratePodStoreAsync(CancellationToken.None);
            if (problem is null)
            {
                LogMigrated(app.Logger);
                return 0;
            }

            LogNotMigrated(app.Logger, problem);
            return 1;
        }
    }

    private static bool IsFlag(string arg) => arg.Equals(Flag, StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(LogLevel.Information, "The database's schema is up to date")]
    private static partial void LogMigrated(ILogger logger);

    [LoggerMessage(LogLevel.Critical, "{Problem}")]
    private static partial void LogNotMigrated(ILogger logger, string problem);
}
