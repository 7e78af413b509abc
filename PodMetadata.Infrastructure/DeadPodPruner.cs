using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace PodMetadata.Infrastructure;

/// <summary>Deletes pods that have been dead for long enough, every minute. Several instances may do so at the same time.</summary>
internal sealed partial class DeadPodPruner(
    StatementRunner statements, DatabaseState database, IOptions<RetentionOptions> options, TimeProvider time, ILogger<DeadPodPruner> logger)
    : PeriodicService(TimeSpan.FromMinutes(1), time)
{
    /// <summary>The most pods that go in one statement.</summary>
    internal const int BatchSize = 1000;

    /// <summary>How long one statement may take.</summary>
    internal static readonly TimeSpan BatchLimit = TimeSpan.FromSeconds(10);

    // The array is made once, of rows that nobody else holds. The condition stands outside too: a row that was revived between the
    // statement's snapshot and its lock is looked at again, and stays.
    internal const string Delete = """
        DELETE FROM pod_details
        WHERE is_dead AND died_at < now() - @age AND pod_name = ANY (ARRAY(
            SELECT pod_name FROM pod_details
            WHERE is_dead AND died_at < now() - @age
            ORDER BY died_at
            LIMIT @batch_size
            FOR UPDATE SKIP LOCKED))
        """;

    private string? lastReason;

    /// <summary>Deletes all that is due now, and outlives what goes wrong with the database.</summary>
    /// <returns>How many pods went.</returns>
    internal async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        int pruned = 0;
        try
        {
            int batch;
            do
            {
                batch = await DeleteBatchAsync(cancellationToken);
                pruned += batch;
            }
            while (batch == BatchSize);
            lastReason = null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            string reason = DatabaseFaults.Reason(exception);
            if (reason != lastReason)
            {
                LogCannotPrune(reason);
                lastReason = reason;
            }
        }

        if (pruned > 0)
        {
            LogPruned(pruned, options.Value.DeadPods);
        }

        return pruned;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Value.DeadPods == TimeSpan.Zero ? Task.CompletedTask : base.ExecuteAsync(stoppingToken);

    // Of a database that cannot serve the monitor tells.
    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        if (database.Reason is null)
        {
            await PruneAsync(stoppingToken);
        }
    }

    private Task<int> DeleteBatchAsync(CancellationToken cancellationToken) =>
        statements.RunAsync(BatchLimit, context => context.Database.ExecuteSqlRawAsync(Delete, Parameters()), cancellationToken);

    private NpgsqlParameter[] Parameters() =>
    [
        new("age", NpgsqlDbType.Interval) { Value = options.Value.DeadPods },
        new("batch_size", NpgsqlDbType.Integer) { Value = BatchSize },
    ];

    [LoggerMessage(LogLevel.Information, "Deleted {Count} pods that have been dead for more than {Age}")]
    private partial void LogPruned(int count, TimeSpan age);

    [LoggerMessage(LogLevel.Warning, "Old dead pods cannot be deleted: {Reason}. Trying again every minute")]
    private partial void LogCannotPrune(string reason);
}
