using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace PodMetadata.Infrastructure;

/// <summary>Compares the database's schema with the model's, and brings it up to date.</summary>
internal sealed class DatabaseSchema(StatementRunner statements)
{
    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan MigrateLimit = TimeSpan.FromMinutes(10);

    /// <summary>What keeps the database from serving, in a sentence, or null.</summary>
    public Task<string?> FindFaultAsync(CancellationToken cancellationToken) => statements.RunAsync(LookLimit, FindFaultAsync, cancellationToken);

    /// <summary>Applies the pending migrations; all of them when nothing is left of the schema. EF Core's own lock makes several instances
    /// wait for each other.</summary>
    public Task MigrateAsync(CancellationToken cancellationToken) => statements.RunAsync(MigrateLimit, MigrateAsync, cancellationToken);

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
        await context.Database.ExecuteSqlRawAsync("""
            DO $$ BEGIN
                IF current_schema() IS NULL THEN
                    CREATE SCHEMA IF NOT EXISTS public;
                END IF;
            END $$
            """);
        string[] missing = await FindMissingTablesAsync(context);
        if (missing.Length == Tables(context).Length && (await context.Database.GetAppliedMigrationsAsync()).Any())
        {
            await ForgetMigrationsAsync(context, missing[0]);
        }

        await context.Database.MigrateAsync();
        return true;
    }

    /// <summary>Empties the history of migrations when the tables that they made have gone: under the lock that migrating takes, so that
    /// what another instance has just made is not forgotten.</summary>
    private static async Task ForgetMigrationsAsync(PodMetadataDbContext context, string table)
    {
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync();
        await context.Database.ExecuteSqlRawAsync("LOCK TABLE \"__EFMigrationsHistory\" IN ACCESS EXCLUSIVE MODE");
        await context.Database.ExecuteSqlAsync($"DELETE FROM \"__EFMigrationsHistory\" WHERE to_regclass({table}) IS NULL");
        await transaction.CommitAsync();
    }

    private static async Task<string[]> FindMissingTablesAsync(PodMetadataDbContext context)
    {
        string[] tables = Tables(context);
        return await context.Database.SqlQuery<string>($"SELECT t AS \"Value\" FROM unnest({tables}) AS t WHERE to_regclass(t) IS NULL ORDER BY t").ToArrayAsync();
    }

    private static string[] Tables(PodMetadataDbContext context) => [.. context.Model.GetRelationalModel().Tables.Select(table => table.Name)];
}
