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

    /// <summary>Adds <see cref="IPodStore"/>, the context behind it and, unless it is turned off, the migration at start.</summary>
    /// <exception cref="InvalidOperationException">The connection string is missing or cannot be read.</exception>
    public static IServiceCollection AddPodStore(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);

        // Else Npgsql stores the first and last moment of the calendar as -infinity and infinity.
        AppContext.SetSwitch("Npgsql.DisableDateTimeInfinityConversions", true);

        string connectionString = ReadConnectionString(configuration);
        services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section).ValidateOnStart();
        services.AddDbContextPool<PodMetadataDbContext>(options =>
            options.UseNpgsql(connectionString, npgsql => npgsql.MigrationsAssembly(MigrationsAssembly)));
        services.AddScoped<IPodStore, PodStore>();
        services.AddHostedService<DatabaseMigrator>();
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
            return new NpgsqlConnectionStringBuilder(connectionString).ConnectionString;
        }
        catch (ArgumentException exception)
        {
            throw new InvalidOperationException($"ConnectionStrings:{ConnectionName} cannot be read: {exception.Message}", exception);
        }
    }
}
