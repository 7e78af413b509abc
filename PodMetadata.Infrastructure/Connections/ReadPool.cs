using Microsoft.Extensions.Logging;

namespace PodMetadata.Infrastructure.Connections;

/// <summary>Runs reads on the primary, or on a standby if there is one to prefer. What a standby does not answer in half of the time, or cannot
/// answer, is asked of the primary in the rest of it.</summary>
/// <remarks>A standby cannot answer while it is away, while its copy lacks a migration, or when a statement conflicts with what it replays. After a
/// failure it is left alone for <see cref="Pause"/>; then one read tries it, so that a standby that hangs delays no other.</remarks>
/// <param name="work">The reads, for the log.</param>
/// <param name="primary">The primary.</param>
/// <param name="standby">The standbys; null for none.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class ReadPool(string work, ConnectionPool primary, ConnectionPool? standby, TimeProvider time, ILogger<ReadPool> logger)
{
    /// <summary>How long a standby that failed is left alone.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    // When the standby failed last; 0 while it answers.
    private long failedAt;

    /// <summary>A deadline from now, by the pool's clock.</summary>
    public Deadline DeadlineIn(TimeSpan limit) => primary.DeadlineIn(limit);

    /// <summary>All rows of a statement.</summary>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public Task<List<T>> QueryAsync<T>(Deadline deadline, Statement<T> statement, CancellationToken cancellationToken) =>
        standby is null
            ? primary.QueryAsync(deadline, statement, cancellationToken)
            : ReadAsync(deadline, statement, (pool, limit, read) => pool.QueryAsync(limit, read, cancellationToken));

    /// <summary>The rows of a statement as a stream, with the first row read; see <see cref="ConnectionPool.StreamAsync"/>.</summary>
    /// <exception cref="TimeoutException">The deadline passed before the first row.</exception>
    public Task<RowStream<T>> StreamAsync<T>(Deadline deadline, Statement<T> statement, CancellationToken cancellationToken) =>
        standby is null
            ? primary.StreamAsync(deadline, statement, cancellationToken)
            : ReadAsync(deadline, statement, (pool, limit, read) => pool.StreamAsync(limit, read, cancellationToken));

    private async Task<TResult> ReadAsync<T, TResult>(
        Deadline deadline, Statement<T> statement, Func<ConnectionPool, Deadline, Statement<T>, Task<TResult>> read)
    {
        if (MayAnswer())
        {
            try
            {
                TResult result = await read(standby!, deadline.Half(), statement.Copy()); // which may still run when the primary is asked
                Answered();
                return result;
            }
            catch (Exception exception) when (DatabaseErrors.IsUnavailable(exception))
            {
                Failed(exception);
            }
        }

        return await read(primary, deadline, statement);
    }

    private bool MayAnswer()
    {
        long failed = Volatile.Read(ref failedAt);
        return failed == 0
            || (time.GetElapsedTime(failed) >= Pause && Interlocked.CompareExchange(ref failedAt, time.GetTimestamp(), failed) == failed);
    }

    private void Answered()
    {
        if (Volatile.Read(ref failedAt) != 0 && Interlocked.Exchange(ref failedAt, 0) != 0)
        {
            LogBack(work);
        }
    }

    private void Failed(Exception exception)
    {
        if (!DatabaseErrors.IsRecoveryConflict(exception) && Interlocked.Exchange(ref failedAt, time.GetTimestamp()) == 0)
        {
            LogAway(work, DatabaseErrors.Reason(exception).TrimEnd('.'));
        }
    }

    [LoggerMessage(LogLevel.Warning, "No standby answers {Work}, so the primary does: {Reason}. Trying again every 5 s")]
    private partial void LogAway(string work, string reason);

    [LoggerMessage(LogLevel.Information, "A standby answers {Work} again")]
    private partial void LogBack(string work);
}
