using Microsoft.EntityFrameworkCore;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure.Schema;

/// <summary>The database: pods, the leases of their IPs, and the cluster that is watched.</summary>
public sealed class PodMetadataDbContext(DbContextOptions<PodMetadataDbContext> options) : DbContext(options)
{
    /// <summary>The assembly that holds the migrations.</summary>
    public const string MigrationsAssembly = "PodMetadata.Migrations";

    /// <summary>The table <c>pod_details</c>.</summary>
    public DbSet<Pod> Pods => Set<Pod>(PodConfiguration.Pods);

    /// <summary>The table <c>pod_namesakes</c>.</summary>
    public DbSet<Pod> Namesakes => Set<Pod>(PodConfiguration.Namesakes);

    /// <summary>The table <c>pod_ip_leases</c>.</summary>
    public DbSet<PodLease> Leases => Set<PodLease>();

    /// <summary>The table <c>cluster_watch</c>.</summary>
    internal DbSet<WatchedCluster> WatchedClusters => Set<WatchedCluster>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.SharedTypeEntity<Pod>(PodConfiguration.Pods, PodConfiguration.ConfigurePods);
        modelBuilder.SharedTypeEntity<Pod>(PodConfiguration.Namesakes, PodConfiguration.ConfigureNamesakes);
        modelBuilder.ApplyConfiguration(new PodLeaseConfiguration());
        modelBuilder.ApplyConfiguration(new WatchedClusterConfiguration());
    }
}
