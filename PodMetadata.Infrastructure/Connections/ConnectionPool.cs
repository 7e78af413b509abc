using Microsoft.EntityFrameworkCore;
using Npgsql;
using PodMetadata.Infrastructure.Schema;

namespace PodMetadata.Infrastructure.Connections;

/// <summary>Runs statements within a deadline, each on a connection of one pool. When the connection breaks, a statement is retried once.</summary>
/// <remarks>The driver cancels a statement by asking the server, and waits for an answer that a frozen server does not give. So nobody waits
/// for a statement past its deadline: it ends by itself, and releases its connection then. Settings are sent with each statement instead of once
/// for a connection, so that a pooler such as PgBouncer may lie between.</remarks>
/// <param name="connections">The driver's pool.</param>
/// <param name="contexts">Contexts on the same pool.</param>
/// <param name="time">The clock.</param>
/// <param name="settings">A statement that makes settings for the transaction of each statement; null for none.</param>
internal sealed class ConnectionPool(
    NpgsqlDataSource connections, IDbContextFactory<PodMetadataDbContext> contexts, TimeProvider time, string? settings = null)
{
    /// <summary>A deadline from now, by the pool's clock.</summary>
    public Deadline DeadlineIn(TimeSpan limit) => new(time, limit);

    /// <summary>The result of work with a context. The work may run twice.</summary>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public Task<T> RunAsync<T>(Deadline deadline, Func<PodMetadataDbContext, Task<T>> work, CancellationToken cancellationToken) =>
        WaitAsync(RetryOnceAsync(deadline, () => RunOnceAsync(deadline, work)), deadline, cancellationToken);

    /// <summary>All rows of a statement.</summary>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public Task<List<T>> QueryAsync<T>(Deadline deadline, Statement<T> statement, CancellationToken cancellationToken) =>
        WaitAsync(RetryOnceAsync(deadline, () => QueryOnceAsync(deadline, statement)), deadline, cancellationToken);

    /// <summary>The rows of a statement as a stream, with the first row read. Each later row must arrive within the whole limit of the
    /// deadline.</summary>
    /// <exception cref="TimeoutException">The deadline passed before the first row.</exception>
    public Task<RowStream<T>> StreamAsync<T>(Deadline deadline, Statement<T> statement, CancellationToken cancellationToken) =>
        WaitAsync(RetryOnceAsync(deadline, () => OpenAsync(deadline.Limit, statement)), deadline, cancellationToken);

    private async Task<T> RunOnceAsync<T>(Deadline deadline, Func<PodMetadataDbContext, Task<T>> work)
    {
        await using PodMetadataDbContext context = await contexts.CreateDbContextAsync();
        context.Database.SetCommandTimeout(CommandTimeout(deadline.Remaining));
        return await work(context);
    }

    private async Task<List<T>> QueryOnceAsync<T>(Deadline deadline, Statement<T> statement)
    {
        await using RowStream<T> rows = await OpenAsync(deadline.Remaining, statement);
        List<T> all = [];
        while (rows.HasRow)
        {
            all.Add(rows.Read());
            await rows.NextAsync();
        }

        await rows.EndAsync();
        return all;
    }

    private async Task<RowStream<T>> OpenAsync<T>(TimeSpan limit, Statement<T> statement) =>
        await RowStream<T>.OpenAsync(await ConnectAsync(), statement, CommandTimeout(limit), settings);

    // Whatever is wrong, a setting that a pooler does not take for example, is not the client's fault.
    private async Task<NpgsqlConnection> ConnectAsync()
    {
        try
        {
            return await connections.OpenConnectionAsync();
        }
        catch (PostgresException exception)
        {
            throw new ConnectionFailedException(exception);
        }
    }

    // In whole seconds, of which zero means no limit.
    private static int CommandTimeout(TimeSpan limit) => Math.Max(1, (int)Math.Ceiling(limit.TotalSeconds));

    private static async Task<T> RetryOnceAsync<T>(Deadline deadline, Func<Task<T>> attempt)
    {
        try
        {
            return await attempt();
        }
        catch (Exception exception) when (DatabaseErrors.IsBrokenConnection(exception) && deadline.Remaining > TimeSpan.Zero)
        {
            return await attempt();
        }
    }

    private static async Task<T> WaitAsync<T>(Task<T> run, Deadline deadline, CancellationToken cancellationToken)
    {
        try
        {
            return await deadline.WaitAsync(run, cancellationToken);
        }
        catch when (!run.IsFaulted)
        {
            _ = DisposeLateAsync(run);
            throw;
        }
    }

    /// <summary>Disposes the result of a run that nobody waits for any more.</summary>
    private static async Task DisposeLateAsync<T>(Task<T> run)
    {
        try
        {
            await using IAsyncDisposable? late = await run as IAsyncDisposable;
        }
        catch (Exception exception) when (DatabaseErrors.IsUnavailable(exception))
        {
            // The caller already got a TimeoutException.
        }
    }
}
