using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace PodMetadata.Infrastructure;

/// <summary>A query's rows, one at a time, and the context they come through.</summary>
internal sealed class RowStream : IAsyncDisposable
{
    private readonly PodMetadataDbContext context;
    private readonly NpgsqlCommand command;

    private RowStream(PodMetadataDbContext context, NpgsqlCommand command, NpgsqlDataReader reader)
    {
        this.context = context;
        this.command = command;
        Reader = reader;
    }

    /// <summary>The current row.</summary>
    public NpgsqlDataReader Reader { get; }

    /// <summary>Whether there is a current row; else all have been read.</summary>
    public bool HasRow { get; private set; }

    /// <summary>Runs a query and reads its first row. The context is disposed with the rows, or when this fails.</summary>
    public static async Task<RowStream> OpenAsync(PodMetadataDbContext context, string query, NpgsqlParameter[] parameters)
    {
        NpgsqlCommand command = ((NpgsqlConnection)context.Database.GetDbConnection()).CreateCommand();
        try
        {
            command.CommandText = query;
            command.CommandTimeout = context.Database.GetCommandTimeout() ?? command.CommandTimeout;
            command.Parameters.AddRange(Array.ConvertAll(parameters, parameter => parameter.Clone())); // one belongs to one command
            await context.Database.OpenConnectionAsync();
            RowStream rows = new(context, command, await command.ExecuteReaderAsync());
            await rows.NextAsync();
            return rows;
        }
        catch
        {
            await command.DisposeAsync();
            await context.DisposeAsync();
            throw;
        }
    }

    /// <summary>Goes to the next row.</summary>
    public async Task NextAsync()
    {
        HasRow = false;
        HasRow = await Reader.ReadAsync();
    }

    /// <summary>Waits until the server says that the statement has committed.</summary>
    public async Task EndAsync()
    {
        HasRow = false;
        await Reader.NextResultAsync();
    }

    /// <summary>Cancels the query unless all rows have been read: else the driver would first read the rest of them.</summary>
    public async ValueTask DisposeAsync()
    {
        if (HasRow)
        {
            await Task.Run(command.Cancel);
        }

        await Reader.DisposeAsync();
        await command.DisposeAsync();
        await context.DisposeAsync();
    }
}
