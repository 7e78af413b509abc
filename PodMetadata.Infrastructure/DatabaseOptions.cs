namespace PodMetadata.Infrastructure;

/// <summary>The configuration section <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Database";

    /// <summary>Whether the service applies pending migrations when it starts; on by default.</summary>
    public bool MigrateOnStart { get; init; } = true;
}
