using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Schema;

namespace PodMetadata.Infrastructure.Maintenance;

/// <summary>Compares the database's schema with the model, and applies migrations.</summary>
/// <remarks>The check reads the catalog and not the tables, so that a locked table does not make the service unready.</remarks>
internal sealed class DatabaseSchema(ConnectionPool pool)
{
    // EF Core's own lock ends with each migration's transaction, so two instances could start the next migration.
    private const string Lock = "SELECT pg_try_advisory_lock(hashtext('pod_metadata migrations')) AS \"Value\"";
    private const string Unlock = "SELECT pg_advisory_unlock_all()";

    private const string History = HistoryRepository.DefaultTableName;

    private const string CreateSchema = """
        DO $$ BEGIN
            IF current_schema() IS NULL THEN
                CREATE SCHEMA IF NOT EXISTS public;
            END IF;
        END $$
        """;

    private static readonly TimeSpan MigrationTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Why the database cannot serve, or null when it can.</summary>
    /// <exception cref="TimeoutException">The database did not say so within the limit.</exception>
    public async Task<SchemaProblem?> FindProblemAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await pool.RunAsync(pool.DeadlineIn(limit), FindProblemAsync, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            return new SchemaProblem("The database does not exist.", IsSolvedByMigrations: true);
        }
    }

    /// <summary>Creates the database if it does not exist, and applies the pending migrations; all of them if the tables are gone.</summary>
    /// <returns>False when another instance is doing so.</returns>
    public Task<bool> MigrateAsync(CancellationToken cancellationToken) =>
        pool.RunAsync(pool.DeadlineIn(MigrationTimeout), MigrateAsync, cancellationToken);

    private static async Task<SchemaProblem?> FindProblemAsync(PodMetadataDbContext context)
    {
        string encoding = await context.Database.SqlQueryRaw<string>("SELECT current_setting('server_encoding') AS \"Value\"").SingleAsync();
        if (encoding != NewDatabase.Encoding)
        {
            return new SchemaProblem($"The database's encoding is {encoding}, not {NewDatabase.Encoding}: create it anew with ENCODING '{NewDatabase.Encoding}'.");
        }

        if (await context.Database.SqlQueryRaw<bool>("SELECT current_setting('transaction_read_only')::boolean AS \"Value\"").SingleAsync())
        {
            return new SchemaProblem("The database is read-only.");
        }

        // The columns first: a migration that another instance commits meanwhile must not look like tables without a history.
        string[] columns = await ListColumnsAsync(context);
        string[] applied = [.. await context.Database.GetAppliedMigrationsAsync()];
        string[] pending = [.. context.Database.GetMigrations().Except(applied)];
        if (pending.Length > 0 && columns.Length > 0 && applied.Length == 0)
        {
            return new SchemaProblem($"The database has tables, but no history of their migrations: {History} is missing or empty, and must be restored.");
        }

        if (pending.Length > 0 && columns.Length > 0 && pending.Length == context.Database.GetMigrations().Count())
        {
            return new SchemaProblem($"The database was made by a version before 1.0, whose first migration is {applied[0]}. Remove it (scripts/postgres remove), or dump its rows and load them into a new database.");
        }

        if (pending.Length > 0)
        {
            return new SchemaProblem($"The database schema is behind: migration {pending[0]} is missing.", IsSolvedByMigrations: true);
        }

        columns = await ListColumnsAsync(context); // now with those of a migration that was committed meanwhile
        if (columns.Length == 0)
        {
            return new SchemaProblem("The database schema is incomplete: its tables are missing.", IsSolvedByMigrations: true);
        }

        string? missing = Tables(context).SelectMany(table => table.Columns.Select(column => $"{table.Name}.{column.Name}")).Except(columns).FirstOrDefault();
        return missing is null ? null : new SchemaProblem($"The database schema is incomplete: column {missing} is missing.");
    }

    private static async Task<bool> MigrateAsync(PodMetadataDbContext context)
    {
        if (!await context.GetService<IRelationalDatabaseCreator>().ExistsAsync())
        {
            await NewDatabase.CreateAsync(context);
        }

        await context.Database.OpenConnectionAsync();
        if (!await context.Database.SqlQueryRaw<bool>(Lock).SingleAsync())
        {
            return false;
        }

        try
        {
            await context.Database.ExecuteSqlRawAsync(CreateSchema);
            string[] columns = await ListColumnsAsync(context);
            if (columns.Length == 0 && (await context.Database.GetAppliedMigrationsAsync()).Any())
            {
                await context.Database.ExecuteSqlRawAsync($"DELETE FROM \"{History}\""); // of tables that are gone
            }

            await context.Database.MigrateAsync();
        }
        finally
        {
            // The pool would keep the connection, and with it the lock.
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
