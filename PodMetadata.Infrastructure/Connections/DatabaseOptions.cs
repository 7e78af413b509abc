namespace PodMetadata.Infrastructure.Connections;

/// <summary>The configuration section <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Database";

    /// <summary>Whether the service applies pending migrations, at start and whenever the schema is gone; on by default.</summary>
    public bool MigrateOnStart { get; init; } = true;

    /// <summary>The time limit of a lookup, connecting included; 1 s by default.</summary>
    public TimeSpan LookupTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The time limit of a write, connecting included; 1.25 s by default. A third of it is the limit for a lock.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(1.25);

    /// <summary>The time limit for a listing's first row, connecting included, and then for each next row; 1.25 s by default.</summary>
    public TimeSpan ListingTimeout { get; init; } = TimeSpan.FromSeconds(1.25);

    /// <summary>The maximum number of concurrent lookups, or upserts, in one statement; 64 by default, 1 turns batching off.</summary>
    public int MaxBatchSize { get; init; } = 64;

    /// <summary>The maximum number of connections of each pool but that of maintenance; by default that of the connection string, or 16.</summary>
    public int? MaxPoolSize { get; init; }

    /// <summary>Where lookups, histories and listings are answered; by the primary by default.</summary>
    public ReadSource ReadFrom { get; init; }
}
