using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure.Schema;

/// <summary>The schema of <c>pod_ip_leases</c>. What EF Core has no word for is in <c>migrations/Sql</c>: the triggers that write the leases, the
/// constraint that keeps those of a pod from overlapping, and the index <c>ix_pod_ip_leases_ip</c>.</summary>
internal sealed class PodLeaseConfiguration : IEntityTypeConfiguration<PodLease>
{
    internal const string Id = nameof(Id);

    private const string LastConfirmedAt = nameof(LastConfirmedAt);
    private const string LastEndAt = nameof(LastEndAt);
    private const string EndedByMark = nameof(EndedByMark);
    private const string IsEnd = nameof(IsEnd);

    public void Configure(EntityTypeBuilder<PodLease> lease)
    {
        lease.ToTable("pod_ip_leases", table => table.HasComment("The times in which pods held IPs, but for the newest of each pod, which is in pod_details or pod_namesakes. The triggers of pod_details and MarkDeadStatement write it."));
        lease.Property<long>(Id).HasColumnName("id").UseIdentityAlwaysColumn()
            .HasComment("A number that no other lease has; it says nothing about time.");
        lease.HasKey(Id).HasName("pk_pod_ip_leases");

        lease.Property(l => l.Name).HasColumnName("pod_name").HasColumnType("text").UseCollation("C")
            .HasComment("The pod's name.");
        lease.Property(l => l.Namespace).HasColumnName("pod_namespace").HasColumnType("text").UseCollation("C")
            .HasComment("The pod's namespace; null when it is unknown.");
        lease.Property(l => l.Ip).HasColumnName("pod_ip").HasColumnType("text").UseCollation("C")
            .HasComment("The IP in canonical form (RFC 5952).");
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
            .HasComment("When the lease ended, in UTC; null while it is open. An empty lease, which ends when it begins, is held by nobody.");

        lease.Property<bool>(EndedByMark).HasColumnName("ended_by_mark").HasDefaultValue(false)
            .HasComment("Whether mark_dead ended the lease, by name and IP. That says nothing about the pod with another IP.");
        lease.Property<DateTime?>(LastConfirmedAt).HasColumnName("last_confirmed_at").HasColumnType("timestamp without time zone")
            .HasComment("The newest time stamp of a record that said that the pod held the IP, capped at the time it was posted; null for an end.");
        lease.Property<DateTime?>(LastEndAt).HasColumnName("last_end_at").HasColumnType("timestamp without time zone")
            .HasComment("The newest time stamp of a record that repeated the end at valid_to; null when no record said that end: a later lease began there, or mark_dead ended it by name and IP.");
        lease.Property<bool>(IsEnd).HasColumnName("is_end").HasDefaultValue(false)
            .HasComment("Whether only an end is known, and no record that said that the pod held the IP.");

        lease.HasIndex([nameof(PodLease.Name), nameof(PodLease.ValidFrom)], "ix_pod_ip_leases_name");
        lease.HasIndex([nameof(PodLease.Name)], "ix_pod_ip_leases_open").HasFilter("valid_to IS NULL");
        lease.HasIndex([nameof(PodLease.ValidTo)], "ix_pod_ip_leases_valid_to").HasFilter("valid_to IS NOT NULL");
    }
}
