using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace PodMetadata.Infrastructure;

/// <summary>Runs the statements of each kind of work on connections of their own, so that none can take what another needs.</summary>
internal sealed class PodStatements(NpgsqlConnectionStringBuilder connection, TimeProvider time)
{
    // It does one thing after the other; what it gave up may still be ending.
    private const int MonitorConnections = 4;

    /// <summary>Lookups of one pod.</summary>
    public StatementRunner Lookups { get; } = Runner(connection, "lookups", time);

    /// <summary>Writes.</summary>
    public StatementRunner Writes { get; } = Runner(connection, "writes", time);

    /// <summary>Listings, which keep a connection for as long as their client reads.</summary>
    public StatementRunner Listings { get; } = Runner(connection, "listings", time);

    /// <summary>What <see cref="DatabaseMonitor"/> asks.</summary>
    public StatementRunner Monitor { get; } = Runner(new(connection.ConnectionString) { MinPoolSize = 0, MaxPoolSize = MonitorConnections }, "monitor", time);

    /// <summary>Configures a context for one kind of work.</summary>
    public static void Configure(DbContextOptionsBuilder options, NpgsqlConnectionStringBuilder connection, string work)
    {
        NpgsqlConnectionStringBuilder own = new(connection.ConnectionString) { ApplicationName = $"{connection.ApplicationName} {work}" };
        options.UseNpgsql(own.ConnectionString, npgsql => npgsql
            .MigrationsAssembly(PodStoreServices.MigrationsAssembly)
            .ConfigureDataSource(source => source.Name = own.ApplicationName)); // else metrics carry the connection string
    }

    private static StatementRunner Runner(NpgsqlConnectionStringBuilder connection, string work, TimeProvider time)
    {
        DbContextOptionsBuilder<PodMetadataDbContext> options = new();
        Configure(options, connection, work);
        return new StatementRunner(new PooledDbContextFactory<PodMetadataDbContext>(options.Options), time);
    }
}
