using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace PodMetadata.Infrastructure;

/// <summary>Compares the database's schema with the model's, and brings it up to date.</summary>
internal sealed class DatabaseSchema(StatementRunner statements)
{
    // EF Core's own lock ends with each migration's transaction, and then two instances begin the next migration.
    private const string Lock = "SELECT pg_try_advisory_lock(hashtext('pod_metadata migrations')) AS \"Value\"";
    private const string Unlock = "SELECT pg_advisory_unlock_all()";

    private const string History = HistoryRepository.DefaultTableName;

    private const string MakeSchema = """
        DO $$ BEGIN
            IF current_schema() IS NULL THEN
                CREATE SCHEMA IF NOT EXISTS public;
            END IF;
        END $$
        """;

    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan MigrateLimit = TimeSpan.FromMinutes(10);

    /// <summary>What keeps the database from serving, or null.</summary>
    public async Task<SchemaFault?> FindFaultAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await statements.RunAsync(LookLimit, FindFaultAsync, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            return new SchemaFault("The database does not exist.", IsMendedByMigrations: true);
        }
    }

    /// <summary>Applies the pending migrations, all of them when nothing is left of the schema, and makes the database when there is none.</summary>
    /// <returns>False when another instance is doing so.</returns>
    public Task<bool> MigrateAsync(CancellationToken cancellationToken) => statements.RunAsync(MigrateLimit, MigrateAsync, cancellationToken);

    private static async Task<SchemaFault?> FindFaultAsync(PodMetadataDbContext context)
    {
        if (await context.Database.SqlQueryRaw<bool>("SELECT current_setting('transaction_read_only')::boolean AS \"Value\"").SingleAsync())
        {
            return new SchemaFault("The database is read-only.");
        }

        // The columns first: a migration that another instance commits meanwhile must not look like columns without history.
        string[] columns = await ListColumnsAsync(context);
        string[] pending = [.. await context.Database.GetPendingMigrationsAsync()];
        if (pending.Length > 0)
        {
            return columns.Length > 0 && pending.Length == context.Database.GetMigrations().Count()
                ? new SchemaFault($"The database has tables, but no history of their migrations: {History} is missing or empty, and must be restored.")
                : new SchemaFault($"The database schema is behind: migration {pending[0]} is missing.", IsMendedByMigrations: true);
        }

        columns = await ListColumnsAsync(context); // with those of a migration that was committed since
        if (columns.Length == 0)
        {
            return new SchemaFault("The database schema is incomplete: its tables are missing.", IsMendedByMigrations: true);
        }

        string? missing = Tables(context).SelectMany(table => table.Columns.Select(column => $"{table.Name}.{column.Name}")).Except(columns).FirstOrDefault();
        return missing is null ? null : new SchemaFault($"The database schema is incomplete: column {missing} is missing.");
    }

    private static async Task<bool> MigrateAsync(PodMetadataDbContext context)
    {
        IRelationalDatabaseCreator creator = context.GetService<IRelationalDatabaseCreator>();
        if (!await creator.ExistsAsync())
        {
            try
            {
                await creator.CreateAsync();
            }
            catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
            {
                // Another instance was first.
            }
        }

        await context.Database.OpenConnectionAsync();
        if (!await context.Database.SqlQueryRaw<bool>(Lock).SingleAsync())
        {
            return false;
        }

        try
        {
            await context.Database.ExecuteSqlRawAsync(MakeSchema);
            string[] columns = await ListColumnsAsync(context);
            if (columns.Length == 0 && (await context.Database.GetAppliedMigrationsAsync()).Any())
            {
                await context.Database.ExecuteSqlRawAsync($"DELETE FROM \"{History}\""); // of tables that have gone
            }

            await context.Database.MigrateAsync();
        }
        finally
        {
            // The pool keeps the connection, and would keep the lock.
            if (context.Database.GetDbConnection().State == ConnectionState.Open)
            {
                await context.Database.ExecuteSqlRawAsync(Unlock);
            }
        }

        return true;
    }

    /// <summary>The columns that the model's tables have in the database, as <c>table.column</c>.</summary>
    private static async Task<string[]> ListColumnsAsync(PodMetadataDbContext context)
    {
        string[] tables = [.. Tables(context).Select(table => table.Name)];
        return await context.Database.SqlQuery<string>($"""
            SELECT t || '.' || attname AS "Value"
            FROM unnest({tables}) AS t JOIN pg_attribute ON attrelid = to_regclass(t) AND attnum > 0 AND NOT attisdropped
            """).ToArrayAsync();
    }

    private static IEnumerable<ITable> Tables(PodMetadataDbContext context) => context.Model.GetRelationalModel().Tables;
}
