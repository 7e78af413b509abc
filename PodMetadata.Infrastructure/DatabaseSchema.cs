using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace PodMetadata.Infrastructure;

/// <summary>Compares the database's schema with the model's, and brings it up to date.</summary>
internal sealed class DatabaseSchema(PodStatements statements)
{
    // EF Core's own lock ends with each migration's transaction, and then two instances begin the next migration.
    private const string Lock = "SELECT pg_advisory_lock(hashtext('pod_metadata migrations'))";
    private const string Unlock = "SELECT pg_advisory_unlock_all()";

    private const string MakeSchema = """
        DO $$ BEGIN
            IF current_schema() IS NULL THEN
                CREATE SCHEMA IF NOT EXISTS public;
            END IF;
        END $$
        """;

    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan MigrateLimit = TimeSpan.FromMinutes(10);

    /// <summary>What keeps the database from serving, in a sentence, or null.</summary>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await statements.Monitor.RunAsync(LookLimit, FindFaultAsync, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            return "The database does not exist.";
        }
    }

    /// <summary>Applies the pending migrations, all of them when nothing is left of the schema, and makes the database when there is none.
    /// Several instances wait for each other.</summary>
    public Task MigrateAsync(CancellationToken cancellationToken) => statements.Monitor.RunAsync(MigrateLimit, MigrateAsync, cancellationToken);

    private static async Task<string?> FindFaultAsync(PodMetadataDbContext context)
    {
        if (await context.Database.SqlQueryRaw<bool>("SELECT current_setting('transaction_read_only')::boolean AS \"Value\"").SingleAsync())
        {
            return "The database is read-only.";
        }

        string[] pending = [.. await context.Database.GetPendingMigrationsAsync()];
        if (pending.Length > 0)
        {
            return $"The database schema is behind: migration {pending[0]} is missing.";
        }

        string[] missing = await FindMissingTablesAsync(context);
        return missing.Length > 0 ? $"The database schema is incomplete: table {missing[0]} is missing." : null;
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
        await context.Database.ExecuteSqlRawAsync(Lock);
        try
        {
            await context.Database.ExecuteSqlRawAsync(MakeSchema);
            string[] missing = await FindMissingTablesAsync(context);
            if (missing.Length == Tables(context).Length && (await context.Database.GetAppliedMigrationsAsync()).Any())
            {
                await context.Database.ExecuteSqlRawAsync("DELETE FROM \"__EFMigrationsHistory\""); // of tables that have gone
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

    private static async Task<string[]> FindMissingTablesAsync(PodMetadataDbContext context)
    {
        string[] tables = Tables(context);
        return await context.Database.SqlQuery<string>($"SELECT t AS \"Value\" FROM unnest({tables}) AS t WHERE to_regclass(t) IS NULL ORDER BY t").ToArrayAsync();
    }

    private static string[] Tables(PodMetadataDbContext context) => [.. context.Model.GetRelationalModel().Tables.Select(table => table.Name)];
}
