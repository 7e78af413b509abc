using Microsoft.EntityFrameworkCore;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>The database: one table of pods.</summary>
public sealed class PodMetadataDbContext(DbContextOptions<PodMetadataDbContext> options) : DbContext(options)
{
    /// <summary>The table <c>pod_details</c>.</summary>
    public DbSet<Pod> Pods => Set<Pod>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.ApplyConfiguration(new PodConfiguration());
    }
}
