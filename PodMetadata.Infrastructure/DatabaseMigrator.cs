using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PodMetadata.Infrastructure;

/// <summary>Applies pending migrations at start, and keeps trying while the database is away. EF Core's own lock makes several
/// instances wait for each other.</summary>
internal sealed partial class DatabaseMigrator(
    IServiceScopeFactory scopes, IOptions<DatabaseOptions> options, TimeProvider time, ILogger<DatabaseMigrator> logger) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private string? lastReason;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.MigrateOnStart)
        {
            return;
        }

        while (!await TryMigrateAsync(stoppingToken))
        {
            await Task.Delay(RetryDelay, time, stoppingToken);
        }
    }

    private async Task<bool> TryMigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            PodMetadataDbContext context = scope.ServiceProvider.GetRequiredService<PodMetadataDbContext>();
            await context.Database.MigrateAsync(cancellationToken);
            LogMigrated();
            return true;
        }
        catch (Exception exception) when (DatabaseFaults.IsUnavailable(exception))
        {
            string reason = DatabaseFaults.Reason(exception);
            if (reason != lastReason)
            {
                LogDatabaseAway(reason, RetryDelay.TotalSeconds);
                lastReason = reason;
            }

            return false;
        }
    }

    [LoggerMessage(LogLevel.Information, "The database schema is up to date")]
    private partial void LogMigrated();

    [LoggerMessage(LogLevel.Warning, "The database cannot be reached: {Reason}. Trying again every {Seconds} s")]
    private partial void LogDatabaseAway(string reason, double seconds);
}
