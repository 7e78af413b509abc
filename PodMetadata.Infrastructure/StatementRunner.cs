using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace PodMetadata.Infrastructure;

/// <summary>Runs statements within a time limit, each on a context of its own.</summary>
/// <remarks>The driver cancels a statement by asking the server, and waits for an answer that a frozen server does not give. So nobody
/// waits for a statement that is over its limit: it is left to end by itself, and its context with it.</remarks>
internal sealed class StatementRunner(IDbContextFactory<PodMetadataDbContext> contexts, TimeProvider time)
{
    /// <summary>The result of a statement that may be run twice: when its connection breaks it is tried once more, within the same limit.</summary>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async Task<T> RunAsync<T>(TimeSpan limit, Func<PodMetadataDbContext, Task<T>> statement, CancellationToken cancellationToken)
    {
        Task<T> run = TwiceAsync(limit, () => OnceAsync(limit, statement));
        return await WaitAsync(run, limit, cancellationToken);
    }

    /// <summary>All rows of a query or statement; as <see cref="RunAsync"/>.</summary>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public Task<List<T>> ReadAllAsync<T>(
        TimeSpan limit, string query, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        WaitAsync(TwiceAsync(limit, () => AllAsync(limit, query, parameters, read)), limit, cancellationToken);

    /// <summary>The rows of a query, as the database gives them. The first row, and each next one, must come within the limit. A caller
    /// that stops reading cancels the query.</summary>
    /// <exception cref="TimeoutException">A row took too long.</exception>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        TimeSpan limit, string query, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Task<RowStream> start = TwiceAsync(limit, () => StartAsync(limit, query, parameters));
        await using RowStream rows = await WaitAsync(start, limit, cancellationToken);
        while (rows.HasRow)
        {
            yield return read(rows.Reader);
            await rows.NextAsync();
        }
    }

    private async Task<T> OnceAsync<T>(TimeSpan limit, Func<PodMetadataDbContext, Task<T>> statement)
    {
        await using PodMetadataDbContext context = await CreateContextAsync(limit);
        return await statement(context);
    }

    private async Task<List<T>> AllAsync<T>(TimeSpan limit, string query, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read)
    {
        await using RowStream rows = await StartAsync(limit, query, parameters);
        List<T> all = [];
        while (rows.HasRow)
        {
            all.Add(read(rows.Reader));
            await rows.NextAsync();
        }

        await rows.EndAsync();
        return all;
    }

    private async Task<RowStream> StartAsync(TimeSpan limit, string query, NpgsqlParameter[] parameters) =>
        await RowStream.OpenAsync(await CreateContextAsync(limit), query, parameters);

    private async Task<PodMetadataDbContext> CreateContextAsync(TimeSpan limit)
    {
        PodMetadataDbContext context = await contexts.CreateDbContextAsync();
        context.Database.SetCommandTimeout((int)Math.Ceiling(limit.TotalSeconds));
        return context;
    }

    private async Task<T> TwiceAsync<T>(TimeSpan limit, Func<Task<T>> attempt)
    {
        long start = time.GetTimestamp();
        try
        {
            return await attempt();
        }
        catch (Exception exception) when (DatabaseFaults.IsBrokenConnection(exception) && time.GetElapsedTime(start) < limit)
        {
            return await attempt();
        }
    }

    private async Task<T> WaitAsync<T>(Task<T> run, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await run.WaitAsync(limit, time, cancellationToken);
        }
        catch when (!run.IsCompleted)
        {
            _ = EndAsync(run);
            throw;
        }
    }

    /// <summary>Sees to the end of what nobody waits for any more.</summary>
    private static async Task EndAsync<T>(Task<T> run)
    {
        try
        {
            await using IAsyncDisposable? late = await run as IAsyncDisposable;
        }
        catch (Exception exception) when (DatabaseFaults.IsUnavailable(exception))
        {
            // Whoever asked has been told of the time-out.
        }
    }
}
