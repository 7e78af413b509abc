using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Kubernetes;
using PodMetadata.Infrastructure.Maintenance;
using PodMetadata.Infrastructure.Retention;
using PodMetadata.Infrastructure.Store;

namespace PodMetadata.Infrastructure;

/// <summary>Registers the pod store in PostgreSQL.</summary>
public static class PodStoreServices
{
    /// <summary>The name of the connection string.</summary>
    public const string ConnectionName = "PodMetadata";

    // Settings that the connection string overrides. The pool size is that of each pool. Timeout limits connecting, and waiting for a free
    // connection, to a second; a failed host of several is retried after one.
    private const string Defaults =
        "Application Name=PodMetadata;Maximum Pool Size=16;Max Auto Prepare=20;No Reset On Close=true;Timeout=1;Host Recheck Seconds=1;";

    // Npgsql would try Kerberos' encryption first, and an image without Kerberos would print a line that is no JSON.
    private const string WithoutKerberos = "GSS Encryption Mode=Disable;";

    /// <summary>Adds <see cref="IPodStore"/> with its context, the schema monitor, the pod counter, and retention.</summary>
    /// <exception cref="InvalidOperationException">The connection string is missing or cannot be read.</exception>
    public static IServiceCollection AddPodStore(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);

        NpgsqlConnectionStringBuilder connection = ReadConnectionString(configuration);
        services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section)
            .Validate(options => IsTimeout(options.LookupTimeout) && IsTimeout(options.WriteTimeout) && IsTimeout(options.ListingTimeout),
                "Database:LookupTimeout, Database:WriteTimeout and Database:ListingTimeout must be from 00:00:00.1 to 00:10:00.")
            .Validate(options => options.MaxBatchSize is >= 1 and <= 1000, "Database:MaxBatchSize must be a number from 1 to 1000.")
            .Validate(options => Enum.IsDefined(options.ReadFrom), "Database:ReadFrom must be Primary or PreferStandby.")
            .Validate(
                options => options.ReadFrom != ReadSource.PreferStandby || HasSeveralHosts(connection),
                $"Database:ReadFrom=PreferStandby needs several hosts in ConnectionStrings:{ConnectionName}: the primary's, then those of standbys.")
            .Validate(options => options.MaxPoolSize is null or (>= 1 and <= 1000), "Database:MaxPoolSize must be a number from 1 to 1000.")
            .ValidateOnStart();
        services.AddSingleton(provider => new ConnectionPools(
            connection,
            provider.GetRequiredService<IOptions<DatabaseOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ReadPool>>()));
        services.AddSingleton(provider => provider.GetRequiredService<ConnectionPools>().Maintenance);
        services.AddSingleton<IPodStore, PodStore>();
        services.AddSingleton(provider => new KnownPeriod(
            provider.GetRequiredService<IOptions<RetentionOptions>>().Value.Leases,
            provider.GetRequiredService<IOptions<ResolutionOptions>>().Value.ClockSkew,
            provider.GetRequiredService<TimeProvider>()));

        services.AddSingleton<PodStoreStatus>();
        services.AddSingleton<DatabaseSchema>();
        services.AddSingleton<SchemaMigration>();
        services.AddHostedService<DatabaseMonitor>();
        services.AddHostedService<PodCountPoller>();

        services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section)
            .Validate(
                retention => IsAge(retention.DeadPods) && IsAge(retention.Leases),
                $"Retention:DeadPods and Retention:Leases must be times from 0 (off) to {RetentionOptions.Longest:c}.")
            .ValidateOnStart();
        services.AddOptions<ResolutionOptions>().BindConfiguration(ResolutionOptions.Section)
            .Validate(
                resolution => IsSpan(resolution.StaleAfter) && IsSpan(resolution.ClockSkew),
                "Resolution:StaleAfter and Resolution:ClockSkew must be times from 0 to 1.00:00:00.")
            .ValidateOnStart();
        services.AddHostedService<DeadPodPruner>();
        services.AddHostedService<LeasePruner>();
        services.AddHostedService<AbandonedLeasePruner>();
        services.AddHostedService<NamesakePruner>();
        services.AddHostedService<TablePoller>();
        services.AddKubernetesWatch(configuration);
        return services;
    }

    /// <summary>Creates the store's database if it does not exist, and applies the pending migrations. Waits for another instance that does so, and
    /// some seconds for a database that is out of reach.</summary>
    /// <returns>Null, or a sentence that says why the schema is not up to date.</returns>
    public static Task<string?> MigratePodStoreAsync(this IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<SchemaMigration>().RunAsync(cancellationToken);

    /// <summary>A connection string in Npgsql's format; it may be given as a <c>postgresql://</c> URI.</summary>
    /// <exception cref="InvalidOperationException">The URI cannot be read.</exception>
    public static string InNpgsqlFormat(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);

        try
        {
            return PostgresUri.IsUri(connectionString) ? PostgresUri.ToConnectionString(connectionString) : connectionString;
        }
        catch (FormatException exception)
        {
            throw new InvalidOperationException($"ConnectionStrings:{ConnectionName} cannot be read: the URI {exception.Message}");
        }
    }

    private static bool IsAge(TimeSpan age) => age >= TimeSpan.Zero && age <= RetentionOptions.Longest;

    private static bool IsSpan(TimeSpan span) => span >= TimeSpan.Zero && span <= TimeSpan.FromDays(1);

    private static bool IsTimeout(TimeSpan timeout) => timeout >= TimeSpan.FromSeconds(0.1) && timeout <= TimeSpan.FromMinutes(10);

    private static bool HasSeveralHosts(NpgsqlConnectionStringBuilder connection) => connection.Host?.Contains(',', StringComparison.Ordinal) == true;

    private static NpgsqlConnectionStringBuilder ReadConnectionString(IConfiguration configuration)
    {
        string? connectionString = configuration.GetConnectionString(ConnectionName);
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw new InvalidOperationException($"ConnectionStrings:{ConnectionName} is missing: set it to PostgreSQL's connection string (environment: ConnectionStrings__{ConnectionName}).");
        }

        NpgsqlConnectionStringBuilder connection;
        try
        {
            string defaults = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("PGGSSENCMODE")) ? Defaults + WithoutKerberos : Defaults;
            connection = new(defaults + InNpgsqlFormat(connectionString));
        }
        catch (ArgumentException)
        {
            // Its message may contain a part of a password.
            throw new InvalidOperationException($"ConnectionStrings:{ConnectionName} cannot be read: it has a keyword or a value that Npgsql does not know, or a value that needs quotes.");
        }

        // Npgsql chooses among hosts only, and would throw without naming the key.
        bool chooses = connection.TargetSessionAttributes is { } attributes && !attributes.Equals("any", StringComparison.OrdinalIgnoreCase);
        return chooses && !HasSeveralHosts(connection)
            ? throw new InvalidOperationException($"ConnectionStrings:{ConnectionName} cannot be used: Target Session Attributes (target_session_attrs) needs several hosts to choose from.")
            : connection;
    }
}
