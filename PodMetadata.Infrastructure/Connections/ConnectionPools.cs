using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Logging;
using Npgsql;
using PodMetadata.Infrastructure.Schema;

namespace PodMetadata.Infrastructure.Connections;

/// <summary>A connection pool for each kind of work, so that no kind can take the connections that another needs.</summary>
internal sealed class ConnectionPools(NpgsqlConnectionStringBuilder connection, DatabaseOptions options, TimeProvider time, ILogger<ReadPool> logger)
{
    private const int MaintenanceConnections = 4;

    /// <summary>Lookups of a name or of IPs, and histories.</summary>
    public ReadPool Lookups { get; } = CreateReads(connection, options, "lookups", time, logger);

    /// <summary>Writes.</summary>
    public ConnectionPool Writes { get; } = Create(Primary(Sized(connection, options.MaxPoolSize), options), "writes", time, WriteSettings(options));

    /// <summary>Listings, which keep a connection for as long as their client reads.</summary>
    public ReadPool Listings { get; } = CreateReads(connection, options, "listings", time, logger);

    /// <summary>The service's own work: the schema check, migrations, retention, counts.</summary>
    public ConnectionPool Maintenance { get; } =
        Create(Primary(Sized(connection, MaintenanceConnections, keep: 0), options), "maintenance", time);

    /// <summary>A source of connections to the primary that are sessions of their own, and end when they are closed.</summary>
    public NpgsqlDataSource CreateSessionSource(string work) => CreateSource(new(Primary(connection, options).ConnectionString) { Pooling = false }, work);

    // A write waits for a lock for a third of its time limit, so that the other writes of its batch can be retried without it.
    // A generic plan is made once. Otherwise PostgreSQL would plan again for each array length, with the same result. It plans again after an
    // ANALYZE, such as autovacuum's when the table has grown.
    private static string WriteSettings(DatabaseOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"SELECT set_config('lock_timeout', '{options.WriteTimeout.TotalMilliseconds / 3:0}ms', true), set_config('plan_cache_mode', 'force_generic_plan', true)");

    private static ReadPool CreateReads(
        NpgsqlConnectionStringBuilder connection, DatabaseOptions options, string work, TimeProvider time, ILogger<ReadPool> logger)
    {
        NpgsqlConnectionStringBuilder sized = Sized(connection, options.MaxPoolSize);
        return new ReadPool(
            work,
            Create(Primary(sized, options), work, time),
            options.ReadFrom == ReadSource.PreferStandby ? Create(Standby(sized), $"{work} standby", time) : null,
            time,
            logger);
    }

    // Where reads may go to a standby, the rest must not, whatever the connection string says.
    private static NpgsqlConnectionStringBuilder Primary(NpgsqlConnectionStringBuilder connection, DatabaseOptions options) =>
        options.ReadFrom == ReadSource.Primary || connection.TargetSessionAttributes == "read-write"
            ? connection
            : new(connection.ConnectionString) { TargetSessionAttributes = "primary" };

    // The driver asks the hosts in order which of them is a standby, and a host that hangs delays it. The primary usually comes first.
    private static NpgsqlConnectionStringBuilder Standby(NpgsqlConnectionStringBuilder connection) => new(connection.ConnectionString)
    {
        TargetSessionAttributes = "standby",
        Host = string.Join(',', connection.Host!.Split(',').Reverse()),
    };

    // Npgsql refuses a minimum above the maximum.
    private static NpgsqlConnectionStringBuilder Sized(NpgsqlConnectionStringBuilder connection, int? size, int? keep = null) =>
        new(connection.ConnectionString)
        {
            MaxPoolSize = size ?? connection.MaxPoolSize,
            MinPoolSize = Math.Min(keep ?? connection.MinPoolSize, size ?? connection.MaxPoolSize),
        };

    private static ConnectionPool Create(NpgsqlConnectionStringBuilder connection, string work, TimeProvider time, string? settings = null)
    {
        NpgsqlDataSource connections = CreateSource(connection, work);
        DbContextOptionsBuilder<PodMetadataDbContext> context = new();
        context.UseNpgsql(connections, npgsql => npgsql.MigrationsAssembly(PodMetadataDbContext.MigrationsAssembly));
        context.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking);
        return new ConnectionPool(connections, new PooledDbContextFactory<PodMetadataDbContext>(context.Options), time, settings);
    }

    private static NpgsqlDataSource CreateSource(NpgsqlConnectionStringBuilder connection, string work)
    {
        string name = $"{connection.ApplicationName} {work}";
        NpgsqlDataSourceBuilder source = new(new NpgsqlConnectionStringBuilder(connection.ConnectionString) { ApplicationName = name }.ConnectionString)
        {
            Name = name, // metrics would otherwise contain the connection string
        };
        return source.Build();
    }
}
