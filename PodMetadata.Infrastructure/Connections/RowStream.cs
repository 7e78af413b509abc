using Npgsql;

namespace PodMetadata.Infrastructure.Connections;

/// <summary>The rows of a statement, one at a time, and the connection they come through.</summary>
internal sealed class RowStream<T> : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlCommand command;
    private readonly Func<NpgsqlDataReader, T> read;

    private RowStream(NpgsqlConnection connection, NpgsqlCommand command, NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read) =>
        (this.connection, this.command, Reader, this.read) = (connection, command, reader, read);

    /// <summary>The driver's reader, for columns that describe all rows.</summary>
    public NpgsqlDataReader Reader { get; }

    /// <summary>Whether there is a current row; false after the last one.</summary>
    public bool HasRow { get; private set; }

    /// <summary>Reads the current row.</summary>
    public T Read() => read(Reader);

    /// <summary>Executes a statement and reads its first row. Takes the connection over, and disposes it when this fails.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="statement">The statement.</param>
    /// <param name="timeout">The limit for the first row, and then for each next one, in seconds.</param>
    /// <param name="settings">A statement that makes settings for this transaction, which is sent along; null for none.</param>
    public static async Task<RowStream<T>> OpenAsync(NpgsqlConnection connection, Statement<T> statement, int timeout, string? settings)
    {
        NpgsqlCommand command = new(settings is null ? statement.Sql : $"{settings};{statement.Sql}", connection) { CommandTimeout = timeout };
        try
        {
            command.Parameters.AddRange(statement.Parameters);
            RowStream<T> rows = new(connection, command, await command.ExecuteReaderAsync(), statement.Read);
            if (settings is not null)
            {
                await rows.Reader.NextResultAsync();
            }

            await rows.NextAsync();
            return rows;
        }
        catch
        {
            await DisposeAsync(connection, command);
            throw;
        }
    }

    /// <summary>Goes to the next row.</summary>
    public async Task<bool> NextAsync()
    {
        HasRow = false;
        return HasRow = await Reader.ReadAsync();
    }

    /// <summary>Waits until the server confirms that the statement has committed.</summary>
    public async Task EndAsync()
    {
        HasRow = false;
        await Reader.NextResultAsync();
    }

    /// <summary>Cancels the statement unless all rows were read; the driver would otherwise read the rest of them first. A connection that breaks
    /// meanwhile is not an error: nobody waits for the rows.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (HasRow)
            {
                HasRow = false;
                await Task.Run(command.Cancel);
            }

            await Reader.DisposeAsync();
        }
        catch (Exception exception) when (DatabaseErrors.IsUnavailable(exception))
        {
            // The driver closes a broken connection when it is disposed.
        }
        finally
        {
            await DisposeAsync(connection, command);
        }
    }

    private static async ValueTask DisposeAsync(NpgsqlConnection connection, NpgsqlCommand command)
    {
        command.Parameters.Clear(); // a parameter belongs to one command, and a retry needs another
        await command.DisposeAsync();
        await connection.DisposeAsync();
    }
}
