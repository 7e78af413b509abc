using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>Registers the PostgreSQL store.</summary>
public static class PodStoreServices
{
    /// <summary>The name of the connection string.</summary>
    public const string ConnectionName = "PodMetadata";

    /// <summary>The assembly that holds the migrations.</summary>
    public const string MigrationsAssembly = "PodMetadata.Migrations";

    // PostgreSQL's default cost of a random page is a spinning disk's; with it, small listings are sorted instead of read in index order.
    private const string IndexOrder = "-c random_page_cost=1.1";

    /// <summary>Adds <see cref="IPodStore"/>, the context behind it and, unless they are turned off, the migration at start and
    /// the deletion of pods long dead.</summary>
    /// <exception cref="InvalidOperationException">The connection string is missing or cannot be read.</exception>
    public static IServiceCollection AddPodStore(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);

        string connectionString = ReadConnectionString(configuration);
        services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section).ValidateOnStart();
        services.AddDbContextPool<PodMetadataDbContext>(options =>
            options.UseNpgsql(connectionString, npgsql => npgsql.MigrationsAssembly(MigrationsAssembly)));
        services.AddScoped<IPodStore, PodStore>();
        services.AddHostedService<DatabaseMigrator>();
        services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section)
            .Validate(
                retention => retention.DeadPods >= TimeSpan.Zero && retention.DeadPods <= RetentionOptions.Longest,
                $"{RetentionOptions.Section}:{nameof(RetentionOptions.DeadPods)} must be a time from 0 (off) to {RetentionOptions.Longest:c}.")
            .ValidateOnStart();
        services.AddHostedService<DeadPodPruner>();
        return services;
    }

    private static string ReadConnectionString(IConfiguration configuration)
    {
        string? connectionString = configuration.GetConnectionString(ConnectionName);
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw new InvalidOperationException($"ConnectionStrings:{ConnectionName} is missing: set it to PostgreSQL's connection string (environment: ConnectionStrings__{ConnectionName}).");
        }

        try
        {
            NpgsqlConnectionStringBuilder builder = new(connectionString);
            builder.Options ??= IndexOrder;
            return builder.ConnectionString;
        }
        catch (ArgumentException exception)
        {
            throw new InvalidOperationException($"ConnectionStrings:{ConnectionName} cannot be read: {exception.Message}", exception);
        }
    }
}
