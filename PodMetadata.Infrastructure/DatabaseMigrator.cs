using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PodMetadata.Infrastructure;

/// <summary>Applies pending migrations at start, and keeps trying while the database is away. Several instances wait for each
/// other.</summary>
internal sealed partial class DatabaseMigrator(
    IServiceScopeFactory scopes, IOptions<DatabaseOptions> options, TimeProvider time, ILogger<DatabaseMigrator> logger) : BackgroundService
{
    private const string Lock = "SELECT pg_advisory_lock(hashtext('pod_metadata migrations'))";
    private const string Unlock = "SELECT pg_advisory_unlock_all()";

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
            await MigrateAsync(context, cancellationToken);
            LogMigrated();
            return true;
        }
        catch (Exception exception) when (DatabaseFaults.IsUnavailable(exception))
        {
            string reason = exception.GetBaseException().Message;
            if (reason != lastReason)
            {
                LogDatabaseAway(reason, RetryDelay.TotalSeconds);
                lastReason = reason;
            }

            return false;
        }
    }

    // EF Core's own lock ends with each migration's transaction, and then two instances begin the next migration.
    private static async Task MigrateAsync(PodMetadataDbContext context, CancellationToken cancellationToken)
    {
        IRelationalDatabaseCreator creator = context.GetService<IRelationalDatabaseCreator>();
        if (!await creator.ExistsAsync(cancellationToken))
        {
            await creator.CreateAsync(cancellationToken);
        }

        await context.Database.OpenConnectionAsync(cancellationToken);
        await context.Database.ExecuteSqlRawAsync(Lock, cancellationToken);
        try
        {
            await context.Database.MigrateAsync(cancellationToken);
        }
        finally
        {
            // The pool keeps the connection, and would keep the lock.
            if (context.Database.GetDbConnection().State == ConnectionState.Open)
            {
                await context.Database.ExecuteSqlRawAsync(Unlock, CancellationToken.None);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "The database schema is up to date")]
    private partial void LogMigrated();

    [LoggerMessage(LogLevel.Warning, "The database cannot be reached: {Reason}. Trying again every {Seconds} s")]
    private partial void LogDatabaseAway(string reason, double seconds);
}
