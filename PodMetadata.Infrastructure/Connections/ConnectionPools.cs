using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;
using PodMetadata.Infrastructure.Schema;

namespace PodMetadata.Infrastructure.Connections;

/// <summary>A connection pool for each kind of work, so that no kind can take the connections that another needs.</summary>
internal sealed class ConnectionPools(NpgsqlConnectionStringBuilder connection, DatabaseOptions options, TimeProvider time)
{
    private const int MaintenanceConnections = 4;

    /// <summary>Lookups of a name or of IPs, and histories.</summary>
    public ConnectionPool Lookups { get; } = Create(Sized(connection, options.MaxPoolSize), "lookups", time);

    /// <summary>Writes.</summary>
    public ConnectionPool Writes { get; } = Create(Sized(connection, options.MaxPoolSize), "writes", time, WriteSettings(options));

    /// <summary>Listings, which keep a connection for as long as their client reads.</summary>
    public ConnectionPool Listings { get; } = Create(Sized(connection, options.MaxPoolSize), "listings", time);

    /// <summary>The service's own work: the schema check, migrations, retention, counts.</summary>
    public ConnectionPool Maintenance { get; } =
        Create(Sized(connection, MaintenanceConnections, keep: 0), "maintenance", time);

    // A write waits for a lock for a third of its time limit, so that the other writes of its batch can be retried without it.
    // A generic plan is made once. Otherwise PostgreSQL would plan again for each array length, with the same result. It plans again after an
    // ANALYZE, such as autovacuum's when the table has grown.
    private static string WriteSettings(DatabaseOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"SELECT set_config('lock_timeout', '{options.WriteTimeout.TotalMilliseconds / 3:0}ms', true), set_config('plan_cache_mode', 'force_generic_plan', true)");

    // Npgsql refuses a minimum above the maximum.
    private static NpgsqlConnectionStringBuilder Sized(NpgsqlConnectionStringBuilder connection, int? size, int? keep = null) =>
        new(connection.ConnectionString)
        {
            MaxPoolSize = size ?? connection.MaxPoolSize,
            MinPoolSize = Math.Min(keep ?? connection.MinPoolSize, size ?? connection.MaxPoolSize),
        };

    private static ConnectionPool Create(NpgsqlConnectionStringBuilder connection, string work, TimeProvider time, string? settings = null)
    {
        string name = $"{connection.ApplicationName} {work}";
        NpgsqlDataSourceBuilder source = new(new NpgsqlConnectionStringBuilder(connection.ConnectionString) { ApplicationName = name }.ConnectionString)
        {
            Name = name, // metrics would otherwise contain the connection string
        };
        NpgsqlDataSource connections = source.Build();
        DbContextOptionsBuilder<PodMetadataDbContext> context = new();
        context.UseNpgsql(connections, npgsql => npgsql.MigrationsAssembly(PodMetadataDbContext.MigrationsAssembly));
        context.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking);
        return new ConnectionPool(connections, new PooledDbContextFactory<PodMetadataDbContext>(context.Options), time, settings);
    }
}
