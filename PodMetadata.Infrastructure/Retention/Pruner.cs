using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Maintenance;
using PodMetadata.Infrastructure.Schema;

namespace PodMetadata.Infrastructure.Retention;

/// <summary>Deletes rows that are old enough, periodically and in batches. Several instances may do so at the same time.</summary>
/// <param name="what">The rows, for the log.</param>
/// <param name="age">The age from which rows are deleted; zero turns the deletion off.</param>
/// <param name="pool">Runs the statements.</param>
/// <param name="status">Whether the database can serve.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
/// <param name="period">The interval; one minute by default.</param>
internal abstract partial class Pruner(
    string what, TimeSpan age, ConnectionPool pool, PodStoreStatus status, TimeProvider time, ILogger logger, TimeSpan? period = null)
    : PeriodicService(period ?? TimeSpan.FromMinutes(1), time)
{
    /// <summary>The maximum number of rows in a batch.</summary>
    internal const int BatchSize = 1000;

    /// <summary>The time limit for a batch.</summary>
    internal static readonly TimeSpan BatchTimeout = TimeSpan.FromSeconds(10);

    private string? lastReason;

    /// <summary>The age from which rows are deleted.</summary>
    protected TimeSpan DueAge => age;

    /// <summary>Deletes all rows that are due now. Errors of the database are logged.</summary>
    /// <returns>How many rows were deleted.</returns>
    internal async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        int pruned = 0;
        try
        {
            int batch;
            do
            {
                batch = await pool.RunAsync(pool.DeadlineIn(BatchTimeout), DeleteBatchAsync, cancellationToken);
                pruned += batch;
            }
            while (batch == BatchSize);
            lastReason = null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            string reason = DatabaseErrors.Reason(exception);
            if (reason != lastReason)
            {
                LogCannotPrune(what, reason);
                lastReason = reason;
            }
        }

        if (pruned > 0)
        {
            LogPruned(pruned, what, age);
        }

        return pruned;
    }

    /// <summary>Deletes up to <see cref="BatchSize"/> rows in the current transaction, without waiting for rows that are locked.</summary>
    /// <returns>How many rows were deleted.</returns>
    protected abstract Task<int> DeleteDueAsync(PodMetadataDbContext context);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        age == TimeSpan.Zero ? Task.CompletedTask : base.ExecuteAsync(stoppingToken);

    // The monitor reports a database that cannot serve.
    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        if (status.UnavailableReason is null)
        {
            await PruneAsync(stoppingToken);
        }
    }

    private async Task<int> DeleteBatchAsync(PodMetadataDbContext context)
    {
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync();
        int deleted = await DeleteDueAsync(context);
        await transaction.CommitAsync();
        return deleted;
    }

    [LoggerMessage(LogLevel.Information, "Deleted {Count} {What} that are older than {Age}")]
    private partial void LogPruned(int count, string what, TimeSpan age);

    [LoggerMessage(LogLevel.Warning, "Old {What} cannot be deleted: {Reason}. Trying again later")]
    private partial void LogCannotPrune(string what, string reason);
}
