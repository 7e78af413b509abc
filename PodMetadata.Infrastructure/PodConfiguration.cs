using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>The schema of <c>pod_details</c>.</summary>
internal sealed class PodConfiguration : IEntityTypeConfiguration<Pod>
{
    /// <summary>Whether the pod no longer has its IP: it is dead, or its containers have ended for good.</summary>
    internal const string IpReleased = nameof(IpReleased);

    /// <summary>Whether the pod shares its node's network, and so its IP with other pods.</summary>
    internal const string HostNetwork = nameof(HostNetwork);

    /// <summary>The pod's own labels: its manifest's, else those that select its workload, else none.</summary>
    internal const string Labels = nameof(Labels);

    /// <summary>When the pod was last posted, by the server's clock.</summary>
    internal const string PostedAt = nameof(PostedAt);

    /// <summary>Whether the lease of this row is open, or it needs none; false after a post that came late, so that the next one is looked at.</summary>
    internal const string Leased = nameof(Leased);

    /// <summary>When the pod was marked dead, by the server's clock; null while it lives.</summary>
    internal const string DiedAt = nameof(DiedAt);

    /// <summary>The SHA-256 of the manifest as jsonb spells it, so that one that has not changed need not be sent; null where there is none,
    /// or where <c>pod_obj</c> was written without it.</summary>
    internal const string ManifestDigest = nameof(ManifestDigest);

    internal static readonly ValueConverter<JsonText?, string> JsonConverter = new(json => json!.ToString(), text => JsonText.Stored(Encoding.UTF8.GetBytes(text)));

    public void Configure(EntityTypeBuilder<Pod> pod)
    {
        pod.ToTable("pod_details");
        // Room for the next version of a row on its page: a time stamp that changes is a heap-only (HOT) update, which writes no index.
        pod.HasStorageParameter("fillfactor", 80);
        pod.HasKey(p => p.Name).HasName("pk_pod_details");

        // The C collation sorts by code point, whatever the database's locale.
        pod.Property(p => p.Name).HasColumnName("pod_name").HasColumnType("text").UseCollation("C");
        pod.Property(p => p.Namespace).HasColumnName("pod_namespace").HasColumnType("text").UseCollation("C");
        pod.Property(p => p.Ip).HasColumnName("pod_ip").HasColumnType("text").UseCollation("C");
        pod.Property(p => p.NodeName).HasColumnName("node_name").HasColumnType("text").UseCollation("C");
        pod.Property(p => p.IsDead).HasColumnName("is_dead");
        pod.Property(p => p.Identity).HasColumnName("pod_identity").HasColumnType("text").UseCollation("C");
        pod.Property(p => p.SelectorLabels).HasColumnName("workload_selector_labels").HasColumnType("jsonb").HasConversion(JsonConverter);
        pod.Property(p => p.Manifest).HasColumnName("pod_obj").HasColumnType("jsonb").HasConversion(JsonConverter);
        pod.Property<byte[]?>(ManifestDigest).HasColumnName("pod_obj_digest").HasColumnType("bytea");
        pod.Property(p => p.TimeStamp).HasColumnName("time_stamp").HasColumnType("timestamp without time zone");
        pod.Property<DateTime?>(DiedAt).HasColumnName("died_at").HasColumnType("timestamp with time zone");
        pod.Property<bool>(IpReleased).HasColumnName("ip_released")
            .HasComputedColumnSql("is_dead OR coalesce(pod_obj #>> '{status,phase}' IN ('Succeeded', 'Failed'), false)", stored: true);
        pod.Property<bool>(HostNetwork).HasColumnName("host_network")
            .HasComputedColumnSql("coalesce(pod_obj @> '{\"spec\": {\"hostNetwork\": true}}', false)", stored: true);
        pod.Property<string>(Labels).HasColumnName("labels").HasColumnType("jsonb").HasComputedColumnSql(
            "CASE WHEN jsonb_typeof(pod_obj #> '{metadata,labels}') = 'object' THEN pod_obj #> '{metadata,labels}' ELSE coalesce(workload_selector_labels, '{}') END", stored: true);
        pod.Property<DateTime>(PostedAt).HasColumnName("posted_at").HasColumnType("timestamp with time zone").HasDefaultValueSql("now()");
        pod.Property<bool>(Leased).HasColumnName("leased").HasDefaultValue(true);

        // GET /pod/info
        pod.HasIndex(p => new { p.Namespace, p.Name }, "ix_pod_details_listing");
        // GET /pod/list/{node}
        pod.HasIndex(p => new { p.NodeName, p.Namespace, p.Name }, "ix_pod_details_node_live").HasFilter("NOT is_dead");
        // GET /pod/ip/{ip}; without time_stamp, the last thing it sorts by, which changes with every post
        pod.HasIndex([nameof(Pod.Ip), IpReleased, HostNetwork], "ix_pod_details_ip");
        // Label selectors that ask for a value
        pod.HasIndex([Labels], "ix_pod_details_labels").HasMethod("gin").HasOperators("jsonb_path_ops");
        // DeadPodPruner
        pod.HasIndex([DiedAt], "ix_pod_details_died_at").HasFilter("is_dead");
    }
}
