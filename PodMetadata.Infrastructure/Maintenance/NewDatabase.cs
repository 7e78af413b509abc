using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using PodMetadata.Infrastructure.Schema;

namespace PodMetadata.Infrastructure.Maintenance;

/// <summary>Creates the context's database in UTF8. EF Core would take the encoding of the server's template.</summary>
internal static class NewDatabase
{
    /// <summary>The encoding that the service needs: pods have names and manifests of any Unicode text.</summary>
    public const string Encoding = "UTF8";

    // The one that every server has, and that EF Core connects to.
    private const string MaintenanceDatabase = "postgres";

    // Only template0 can be copied in another encoding, and only the C locale fits every encoding. The columns name their own collation.
    private const string Properties = $"TEMPLATE template0 ENCODING '{Encoding}' LC_COLLATE 'C' LC_CTYPE 'C'";

    /// <summary>Creates the database, unless another instance is faster.</summary>
    public static async Task CreateAsync(PodMetadataDbContext context)
    {
        NpgsqlConnection missing = (NpgsqlConnection)context.Database.GetDbConnection();
        NpgsqlConnectionStringBuilder server = new(missing.ConnectionString) { Database = MaintenanceDatabase, Pooling = false };
        await using NpgsqlConnection connection = missing.CloneWith(server.ConnectionString); // with the password, which the text leaves out
        await connection.OpenAsync();
        string name = context.GetService<ISqlGenerationHelper>().DelimitIdentifier(missing.Database);
        await using NpgsqlCommand command = new($"CREATE DATABASE {name} {Properties}", connection);
        command.CommandTimeout = context.Database.GetCommandTimeout() ?? command.CommandTimeout;
        try
        {
            await command.ExecuteNonQueryAsync();
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another instance created it first.
        }

        NpgsqlConnection.ClearPool(missing); // of connections to a database of that name that was dropped
    }
}
