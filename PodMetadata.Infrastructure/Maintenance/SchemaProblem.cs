namespace PodMetadata.Infrastructure.Maintenance;

/// <summary>Why the database cannot serve, in a sentence, and whether migrations solve it.</summary>
internal sealed record SchemaProblem(string Reason, bool IsSolvedByMigrations = false);
