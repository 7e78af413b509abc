using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>The schema of <c>pod_ip_leases</c>. A trigger of <c>pod_details</c> writes it (migration <c>SettleLeases</c>), so that no lease goes
/// without its record, nor a record without its lease; a constraint keeps those of a pod from overlapping.</summary>
internal sealed class PodLeaseConfiguration : IEntityTypeConfiguration<PodLease>
{
    /// <summary>Whether the lease was ended by a mark of its IP, which says nothing of the pod with another one.</summary>
    private const string IsMarked = nameof(IsMarked);

    /// <summary>The last time stamp of a record of this lease that its pod's record no longer has, or when that was posted, if its clock was
    /// ahead; null while it has it.</summary>
    private const string ToldAt = nameof(ToldAt);

    /// <summary>When the pod was last posted before another namespace's pod of its name took its record; null unless one did.</summary>
    private const string PostedAt = nameof(PostedAt);

    private static readonly ValueConverter<string, IPAddress> IpConverter = new(text => IPAddress.Parse(text), address => PodAddress.Parse(address.ToString()));

    public void Configure(EntityTypeBuilder<PodLease> lease)
    {
        lease.ToTable("pod_ip_leases");
        lease.HasKey(l => l.Id).HasName("pk_pod_ip_leases");

        lease.Property(l => l.Id).HasColumnName("id").UseIdentityAlwaysColumn();
        lease.Property(l => l.Name).HasColumnName("pod_name").HasColumnType("text").UseCollation("C");
        lease.Property(l => l.Namespace).HasColumnName("pod_namespace").HasColumnType("text").UseCollation("C");
        lease.Property(l => l.Ip).HasColumnName("pod_ip").HasColumnType("inet").HasConversion(IpConverter);
        lease.Property(l => l.NodeName).HasColumnName("node_name").HasColumnType("text").UseCollation("C");
        lease.Property(l => l.Identity).HasColumnName("pod_identity").HasColumnType("text").UseCollation("C");
        lease.Property(l => l.SelectorLabels).HasColumnName("workload_selector_labels").HasColumnType("jsonb").HasConversion(PodConfiguration.JsonConverter);
        lease.Property(l => l.HostNetwork).HasColumnName("host_network");
        lease.Property(l => l.ValidFrom).HasColumnName("valid_from").HasColumnType("timestamp without time zone");
        lease.Property(l => l.ValidTo).HasColumnName("valid_to").HasColumnType("timestamp without time zone");

        lease.Property<bool>(IsMarked).HasColumnName("is_marked").HasDefaultValue(false);
        lease.Property<DateTime?>(ToldAt).HasColumnName("told_at").HasColumnType("timestamp without time zone");
        lease.Property<DateTime?>(PostedAt).HasColumnName("posted_at").HasColumnType("timestamp with time zone");

        // Who had an IP, and GET /pod/ip/{ip}/history, which reads it backwards: ix_pod_ip_leases_ip of migration SettleLeases, which has an
        // expression that the model has no word for.
        // Who has an IP though a namesake took the record
        lease.HasIndex([nameof(PodLease.Ip)], "ix_pod_ip_leases_displaced").HasFilter("valid_to IS NULL AND posted_at IS NOT NULL");
        // The trigger, and mark_dead
        lease.HasIndex([nameof(PodLease.Name), nameof(PodLease.ValidFrom)], "ix_pod_ip_leases_name");
        // LeasePruner
        lease.HasIndex([nameof(PodLease.ValidTo)], "ix_pod_ip_leases_valid_to").HasFilter("valid_to IS NOT NULL");
    }
}
