using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace PodMetadata.Infrastructure;

/// <summary>Deletes what is old enough, every so often. Several instances may do so at the same time.</summary>
/// <param name="what">What it deletes, for the log.</param>
/// <param name="delete">The statement that deletes those over <c>@age</c>, at most <c>@batch_size</c>.</param>
/// <param name="age">How old they become; zero is never deleted.</param>
/// <param name="statements">Runs the statement.</param>
/// <param name="database">Whether the database can serve.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
/// <param name="period">How often; every minute unless it is given.</param>
internal abstract partial class Pruner(
    string what, string delete, TimeSpan age, StatementRunner statements, DatabaseState database, TimeProvider time, ILogger logger, TimeSpan? period = null)
    : PeriodicService(period ?? TimeSpan.FromMinutes(1), time)
{
    /// <summary>The most that go in one statement.</summary>
    internal const int BatchSize = 1000;

    /// <summary>How long one statement may take.</summary>
    internal static readonly TimeSpan BatchLimit = TimeSpan.FromSeconds(10);

    private string? lastReason;

    /// <summary>Deletes all that is due now, and outlives what goes wrong with the database.</summary>
    /// <returns>How many went.</returns>
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

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        age == TimeSpan.Zero ? Task.CompletedTask : base.ExecuteAsync(stoppingToken);

    // Of a database that cannot serve the monitor tells.
    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        if (database.Reason is null)
        {
            await PruneAsync(stoppingToken);
        }
    }

    private Task<int> DeleteBatchAsync(CancellationToken cancellationToken) =>
        statements.RunAsync(BatchLimit, context => context.Database.ExecuteSqlRawAsync(delete, Parameters()), cancellationToken);

    private NpgsqlParameter[] Parameters() =>
    [
        new("age", NpgsqlDbType.Interval) { Value = age },
        new("batch_size", NpgsqlDbType.Integer) { Value = BatchSize },
    ];

    [LoggerMessage(LogLevel.Information, "Deleted {Count} {What} that are older than {Age}")]
    private partial void LogPruned(int count, string what, TimeSpan age);

    [LoggerMessage(LogLevel.Warning, "Old {What} cannot be deleted: {Reason}. Trying again later")]
    private partial void LogCannotPrune(string what, string reason);
}
