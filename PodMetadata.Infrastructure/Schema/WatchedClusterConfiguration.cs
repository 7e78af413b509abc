using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace PodMetadata.Infrastructure.Schema;

/// <summary>The schema of <c>cluster_watch</c>. It has one row once the service has watched a cluster.</summary>
internal sealed class WatchedClusterConfiguration : IEntityTypeConfiguration<WatchedCluster>
{
    public void Configure(EntityTypeBuilder<WatchedCluster> cluster)
    {
        cluster.ToTable("cluster_watch", table => table.HasComment("The cluster whose pods the service watches itself: one row, or none while agents post the pods."));
        cluster.HasKey(c => c.Uid).HasName("pk_cluster_watch");
        cluster.Property(c => c.Uid).HasColumnName("cluster_uid").HasColumnType("text").UseCollation("C")
            .HasComment("The UID of the cluster's namespace kube-system. The pods of another cluster are refused.");
        cluster.Property(c => c.SeenAt).HasColumnName("seen_at").HasColumnType("timestamp with time zone")
            .HasComment("Until when the stored pods are known to be those of the cluster, by the database's clock; null before the first list. A live pod is known to live until then, or until it was posted.");
    }
}
