using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure.Schema;

/// <summary>The schema of <c>pod_ip_leases</c>. What EF Core has no word for is in <c>migrations/Sql</c>: the trigger that writes the leases, the
/// constraint that keeps those of a pod from overlapping, and the index <c>ix_pod_ip_leases_ip</c>.</summary>
internal sealed class PodLeaseConfiguration : IEntityTypeConfiguration<PodLease>
{
    internal const string LastConfirmedAt = nameof(LastConfirmedAt);
    internal const string DisplacedPostedAt = nameof(DisplacedPostedAt);

    private const string EndedByMark = nameof(EndedByMark);

    private static readonly ValueConverter<string, IPAddress> IpConverter = new(text => IPAddress.Parse(text), address => PodAddress.Parse(address.ToString()));

    public void Configure(EntityTypeBuilder<PodLease> lease)
    {
        lease.ToTable("pod_ip_leases", table => table.HasComment("The times in which pods held IPs. The triggers of pod_details and pod_mark_dead write it."));
        lease.HasKey(l => l.Id).HasName("pk_pod_ip_leases");

        lease.Property(l => l.Id).HasColumnName("id").UseIdentityAlwaysColumn()
            .HasComment("A number that no other lease has; it says nothing about time.");
        lease.Property(l => l.Name).HasColumnName("pod_name").HasColumnType("text").UseCollation("C")
            .HasComment("The pod's name.");
        lease.Property(l => l.Namespace).HasColumnName("pod_namespace").HasColumnType("text").UseCollation("C")
            .HasComment("The pod's namespace; null when it is unknown.");
        lease.Property(l => l.Ip).HasColumnName("pod_ip").HasColumnType("inet").HasConversion(IpConverter)
            .HasComment("The IP.");
        lease.Property(l => l.NodeName).HasColumnName("node_name").HasColumnType("text").UseCollation("C")
            .HasComment("The name of the pod's node.");
        lease.Property(l => l.Identity).HasColumnName("pod_identity").HasColumnType("text").UseCollation("C")
            .HasComment("What the pod was when the lease began; or null.");
        lease.Property(l => l.SelectorLabels).HasColumnName("workload_selector_labels").HasColumnType("jsonb").HasConversion(PodConfiguration.JsonConverter)
            .HasComment("The labels that selected the pod's workload when the lease began; or null.");
        lease.Property(l => l.HostNetwork).HasColumnName("host_network")
            .HasComment("Whether the pod used its node's network, and so shared its IP.");
        lease.Property(l => l.ValidFrom).HasColumnName("valid_from").HasColumnType("timestamp without time zone")
            .HasComment("When the lease began: the time stamp of the pod's first record with this IP and node, in UTC.");
        lease.Property(l => l.ValidTo).HasColumnName("valid_to").HasColumnType("timestamp without time zone")
            .HasComment("When the lease ended, in UTC; null while it is open. A lease that ends when it begins is an end whose beginning is unknown.");

        lease.Property<bool>(EndedByMark).HasColumnName("ended_by_mark").HasDefaultValue(false)
            .HasComment("Whether mark_dead ended the lease, by name and IP. That says nothing about the pod with another IP.");
        lease.Property<DateTime?>(LastConfirmedAt).HasColumnName("last_confirmed_at").HasColumnType("timestamp without time zone")
            .HasComment("The newest time stamp of a record of this lease that has since been replaced, capped at the time it was posted; else null.");
        lease.Property<DateTime?>(DisplacedPostedAt).HasColumnName("displaced_posted_at").HasColumnType("timestamp with time zone")
            .HasComment("When the pod was last posted before a namesake took its row in pod_details; null unless one did.");

        lease.HasIndex([nameof(PodLease.Ip)], "ix_pod_ip_leases_displaced").HasFilter("valid_to IS NULL AND displaced_posted_at IS NOT NULL");
        lease.HasIndex([nameof(PodLease.Name), nameof(PodLease.ValidFrom)], "ix_pod_ip_leases_name");
        lease.HasIndex([nameof(PodLease.ValidTo)], "ix_pod_ip_leases_valid_to").HasFilter("valid_to IS NOT NULL");
    }
}
