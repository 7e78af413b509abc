using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace PodMetadata.Infrastructure;

/// <summary>Deletes pods that have been dead for long enough, every minute. Several instances may do so at the same time.</summary>
internal sealed partial class DeadPodPruner(
    IServiceScopeFactory scopes, IOptions<RetentionOptions> options, TimeProvider time, ILogger<DeadPodPruner> logger) : BackgroundService
{
    /// <summary>The most pods that go in one transaction.</summary>
    internal const int BatchSize = 1000;

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

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

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
        catch (Exception exception) when (exception is DbException || DatabaseFaults.IsUnavailable(exception))
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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.DeadPods == TimeSpan.Zero)
        {
            return;
        }

        try
        {
            // Not at once: the schema may be on its way.
            using PeriodicTimer timer = new(Interval, time);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await PruneAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Else a host that fails to start takes this for a failure, and prints its stack trace.
        }
    }

    private async Task<int> DeleteBatchAsync(CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        PodMetadataDbContext context = scope.ServiceProvider.GetRequiredService<PodMetadataDbContext>();
        return await context.Database.CreateExecutionStrategy().ExecuteAsync(
            async cancellation =>
            {
                await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellation);
                await context.Database.ExecuteSqlRawAsync("SET LOCAL lock_timeout = '1s'", cancellation);
                int deleted = await context.Database.ExecuteSqlRawAsync(Delete, Parameters(), cancellation);
                await transaction.CommitAsync(cancellation);
                return deleted;
            },
            cancellationToken);
    }

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
