namespace PodMetadata.Infrastructure;

/// <summary>What keeps the database from serving, in a sentence, and whether migrations mend it.</summary>
internal sealed record SchemaFault(string Reason, bool IsMendedByMigrations = false);
