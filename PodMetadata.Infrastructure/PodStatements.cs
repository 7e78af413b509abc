using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace PodMetadata.Infrastructure;

/// <summary>Runs the statements of each kind of work on connections of their own, so that none can take what another needs.</summary>
internal sealed class PodStatements(NpgsqlConnectionStringBuilder connection, DatabaseOptions limits, TimeProvider time)
{
    private const int UpkeepConnections = 4;

    /// <summary>Lookups of one pod.</summary>
    public StatementRunner Lookups { get; } = Runner(connection, "lookups", time);

    /// <summary>Writes.</summary>
    public StatementRunner Writes { get; } = Runner(new(connection.ConnectionString) { Options = $"{connection.Options} {WriteOptions(limits)}" }, "writes", time);

    /// <summary>Listings, which keep a connection for as long as their client reads.</summary>
    public StatementRunner Listings { get; } = Runner(connection, "listings", time);

    /// <summary>What the service asks for itself: <see cref="DatabaseMonitor"/>, every <see cref="Pruner"/>, counts.</summary>
    public StatementRunner Upkeep { get; } = Runner(new(connection.ConnectionString) { MinPoolSize = 0, MaxPoolSize = UpkeepConnections }, "upkeep", time);

    /// <summary>The server's options for writes.</summary>
    // A lock is waited for a third of the time that a write may take, so that those that only wait with it can still be served without it.
    // The plan is made once: PostgreSQL would make another for each length of the arrays, and they would all be the same. It makes it anew
    // when the table was analyzed, as autovacuum does when it has grown.
    internal static string WriteOptions(DatabaseOptions limits) =>
        string.Create(CultureInfo.InvariantCulture, $"-c lock_timeout={limits.WriteTimeout.TotalMilliseconds / 3:0}ms -c plan_cache_mode=force_generic_plan");

    private static StatementRunner Runner(NpgsqlConnectionStringBuilder connection, string work, TimeProvider time)
    {
        NpgsqlConnectionStringBuilder own = new(connection.ConnectionString) { ApplicationName = $"{connection.ApplicationName} {work}" };
        DbContextOptionsBuilder<PodMetadataDbContext> options = new();
        options.UseNpgsql(own.ConnectionString, npgsql => npgsql
            .MigrationsAssembly(PodStoreServices.MigrationsAssembly)
            .ConfigureDataSource(source => source.Name = own.ApplicationName)); // else metrics carry the connection string
        return new StatementRunner(new PooledDbContextFactory<PodMetadataDbContext>(options.Options), time);
    }
}
