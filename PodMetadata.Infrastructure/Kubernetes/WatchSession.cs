using Npgsql;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>The database session of the instance that watches. It holds an advisory lock, and every write of the watch goes through it: whoever loses
/// the session loses the lock and the writes together.</summary>
/// <remarks>The server ends the session of an instance that is frozen or cut off, so that another one can take over. A pooler that gives each
/// transaction another session cannot lie between.</remarks>
internal sealed class WatchSession : IAsyncDisposable
{
    private const string TryLock = "SELECT pg_try_advisory_lock(hashtext('pod_metadata watch')), pg_backend_pid()";

    // The server ends an idle session after three heartbeats. It finds a dead network by keepalives, or while it sends, in as much time.
    private const string Settings = """
        SET idle_session_timeout = '30s'; SET idle_in_transaction_session_timeout = '30s';
        SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET tcp_user_timeout = '25s';
        SET lock_timeout = '5s'; SET plan_cache_mode = force_generic_plan
        """;

    private const int CommandTimeout = 30;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    private readonly NpgsqlConnection connection;
    private readonly int backend;
    private readonly SemaphoreSlim turn = new(1);
    private readonly CancellationTokenSource closing = new();
    private readonly CancellationTokenSource lost = new();
    private readonly Task heartbeats;

    private WatchSession(NpgsqlConnection connection, int backend, TimeProvider time)
    {
        this.connection = connection;
        this.backend = backend;
        heartbeats = BeatAsync(time);
    }

    /// <summary>Cancelled when the session is lost.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Opens a session that holds the lock; null when another one holds it.</summary>
    public static async Task<WatchSession?> TryOpenAsync(NpgsqlDataSource source, TimeProvider time, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            await using (NpgsqlCommand settings = new(Settings, connection))
            {
                await settings.ExecuteNonQueryAsync(cancellationToken);
            }

            await using NpgsqlCommand command = new(TryLock, connection);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            if (reader.GetBoolean(0))
            {
                int backend = reader.GetInt32(1);
                await reader.DisposeAsync();
                return new WatchSession(connection, backend, time);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>The rows of the last of several statements, which run in one transaction, without those that are read as null.</summary>
    public async Task<List<T>> QueryAsync<T>(Statement<T> last, CancellationToken cancellationToken, params IReadOnlyList<Statement<bool>> before)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            await using NpgsqlBatch batch = new(connection) { Timeout = CommandTimeout };
            foreach (Statement<bool> statement in before)
            {
                batch.BatchCommands.Add(ToCommand(statement));
            }

            batch.BatchCommands.Add(ToCommand(last));
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(CancellationToken.None); // a write that has begun is not given up
            for (int skipped = 0; skipped < before.Count; skipped++)
            {
                await reader.NextResultAsync(CancellationToken.None);
            }

            List<T> rows = [];
            while (await reader.ReadAsync(CancellationToken.None))
            {
                if (last.Read(reader) is { } row)
                {
                    rows.Add(row);
                }
            }

            await reader.NextResultAsync(CancellationToken.None); // until the server confirms that all has committed
            return rows;
        }
        catch (Exception exception) when (exception is not PostgresException || connection.State != System.Data.ConnectionState.Open)
        {
            await lost.CancelAsync();
            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await heartbeats;
        await connection.DisposeAsync(); // not pooled, so the session ends, and the lock with it
        closing.Dispose();
        lost.Dispose();
        turn.Dispose();
    }

    private static NpgsqlBatchCommand ToCommand<T>(Statement<T> statement)
    {
        NpgsqlBatchCommand command = new(statement.Sql);
        command.Parameters.AddRange(statement.Parameters);
        return command;
    }

    private async Task BeatAsync(TimeProvider time)
    {
        try
        {
            using PeriodicTimer timer = new(Heartbeat, time);
            while (await timer.WaitForNextTickAsync(closing.Token))
            {
                Statement<int> ask = new("SELECT pg_backend_pid()", [], row => row.GetInt32(0));
                if ((await QueryAsync(ask, closing.Token))[0] != backend)
                {
                    throw new InvalidOperationException("The session changed: a pooler in transaction mode lies between.");
                }
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // The session is being closed.
        }
        catch (Exception exception) when (exception is InvalidOperationException || DatabaseErrors.IsUnavailable(exception))
        {
            await lost.CancelAsync();
        }
    }
}
