namespace PodMetadata.Infrastructure;

/// <summary>The configuration section <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Database";

    /// <summary>Whether the service applies pending migrations, at start and whenever the schema has gone; on by default.</summary>
    public bool MigrateOnStart { get; init; } = true;

    /// <summary>How long a lookup of one pod may take, connecting included; 1 s by default.</summary>
    public TimeSpan LookupTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a write may take, connecting included, and for a third of that for a lock; 1.25 s by default.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(1.25);

    /// <summary>How long a listing may wait for its first row, connecting included, and then for each next one; 1.25 s by default.</summary>
    public TimeSpan ListingTimeout { get; init; } = TimeSpan.FromSeconds(1.25);

    /// <summary>How many lookups, or upserts, that come at the same time go out with one statement; 64 by default, 1 is each by itself.</summary>
    public int Together { get; init; } = 64;
}
