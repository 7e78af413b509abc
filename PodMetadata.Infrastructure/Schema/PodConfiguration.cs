using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using PodMetadata.Domain;
using PodMetadata.Domain.Json;

namespace PodMetadata.Infrastructure.Schema;

/// <summary>The schema of <c>pod_details</c> and of <c>pod_namesakes</c>, which has the same columns. The comments go into the database and into
/// <c>docs/schema.md</c>.</summary>
internal static class PodConfiguration
{
    internal const string Pods = "pod_details";
    internal const string Namesakes = "pod_namesakes";

    internal static readonly ValueConverter<JsonText?, string> JsonConverter = new(json => json!.ToString(), text => JsonText.Stored(Encoding.UTF8.GetBytes(text)));

    private const string IpReleased = nameof(IpReleased);
    private const string HostNetwork = nameof(HostNetwork);
    private const string Labels = nameof(Labels);
    private const string DiedAt = nameof(DiedAt);
    private const string PostedAt = nameof(PostedAt);
    private const string LeaseFrom = nameof(LeaseFrom);
    private const string LeaseTo = nameof(LeaseTo);
    private const string LeaseConfirmedAt = nameof(LeaseConfirmedAt);
    private const string LeaseEndedByMark = nameof(LeaseEndedByMark);
    private const string LeaseBeganAs = nameof(LeaseBeganAs);
    private const string ManifestDigest = nameof(ManifestDigest);

    public static void ConfigurePods(EntityTypeBuilder<Pod> pod)
    {
        pod.ToTable(Pods, table => table.HasComment("The last record of each pod name, live or dead, with the newest lease of its IP."));
        // Leaves room for the next version of a row on its page, so that a new time stamp is a heap-only (HOT) update, which writes no index.
        pod.HasStorageParameter("fillfactor", 80);
        pod.HasKey(p => p.Name).HasName("pk_pod_details");
        ConfigureColumns(pod);

        pod.HasIndex(p => new { p.Namespace, p.Name }, "ix_pod_details_listing");
        pod.HasIndex(p => new { p.NodeName, p.Namespace, p.Name }, "ix_pod_details_node_live").HasFilter("NOT is_dead");
        // Without time_stamp, the last sort key of the lookup: it changes with every post.
        pod.HasIndex([nameof(Pod.Ip), IpReleased, HostNetwork], "ix_pod_details_ip");
        pod.HasIndex([Labels], "ix_pod_details_labels").HasMethod("gin").HasOperators("jsonb_path_ops");
        pod.HasIndex([DiedAt], "ix_pod_details_died_at").HasFilter("is_dead");
    }

    public static void ConfigureNamesakes(EntityTypeBuilder<Pod> pod)
    {
        pod.ToTable(Namesakes, table => table.HasComment("The last records of live pods whose row in pod_details a pod of the same name in another namespace has taken. pod_details_lease writes it."));
        pod.HasKey(p => new { p.Name, p.Namespace }).HasName("pk_pod_namesakes");
        ConfigureColumns(pod);

        pod.HasIndex(p => new { p.NodeName, p.Namespace, p.Name }, "ix_pod_namesakes_node");
        pod.HasIndex([nameof(Pod.Ip), IpReleased, HostNetwork], "ix_pod_namesakes_ip");
    }

    private static void ConfigureColumns(EntityTypeBuilder<Pod> pod)
    {
        // The C collation sorts by code point, whatever the database's locale.
        pod.Property(p => p.Name).HasColumnName("pod_name").HasColumnType("text").UseCollation("C")
            .HasComment("The pod's name, the key.");
        pod.Property(p => p.Namespace).HasColumnName("pod_namespace").HasColumnType("text").UseCollation("C")
            .HasComment("The pod's namespace; null when it is unknown.");
        pod.Property(p => p.Ip).HasColumnName("pod_ip").HasColumnType("text").UseCollation("C")
            .HasComment("The pod's IP in canonical form (RFC 5952).");
        pod.Property(p => p.NodeName).HasColumnName("node_name").HasColumnType("text").UseCollation("C")
            .HasComment("The name of the pod's node.");
        pod.Property(p => p.IsDead).HasColumnName("is_dead")
            .HasComment("Whether the pod has left its node.");
        pod.Property(p => p.Identity).HasColumnName("pod_identity").HasColumnType("text").UseCollation("C")
            .HasComment("What the pod is, such as its application's name; or null.");
        pod.Property(p => p.SelectorLabels).HasColumnName("workload_selector_labels").HasColumnType("jsonb").HasConversion(JsonConverter)
            .HasComment("The labels that select the pod's workload, an object of strings; or null.");
        pod.Property(p => p.Manifest).HasColumnName("pod_obj").HasColumnType("jsonb").HasConversion(JsonConverter)
            .HasComment("The manifest, any JSON value; or null.");
        pod.Property<byte[]?>(ManifestDigest).HasColumnName("pod_obj_digest").HasColumnType("bytea")
            .HasComment("The SHA-256 of pod_obj in its jsonb spelling, so that an unchanged manifest need not be sent; null without a manifest, or when pod_obj was written by other means.");
        pod.Property(p => p.TimeStamp).HasColumnName("time_stamp").HasColumnType("timestamp without time zone")
            .HasComment("When the controller saw the pod in this state, by its own clock, in UTC.");
        pod.Property<DateTime>(PostedAt).HasColumnName("posted_at").HasColumnType("timestamp with time zone").HasDefaultValueSql("now()")
            .HasComment("When the pod was last posted, by the database's clock.");
        pod.Property<DateTime?>(DiedAt).HasColumnName("died_at").HasColumnType("timestamp with time zone")
            .HasComment("When the pod was first marked or posted dead, by the database's clock; null while it is alive.");
        pod.Property<DateTime?>(LeaseFrom).HasColumnName("lease_from").HasColumnType("timestamp without time zone")
            .HasComment("When the pod's newest lease began, in UTC; null when the record is not the last word on it, and all leases of the pod are in pod_ip_leases.");
        pod.Property<DateTime?>(LeaseTo).HasColumnName("lease_to").HasColumnType("timestamp without time zone")
            .HasComment("When that lease ended, in UTC; null while it is open.");
        pod.Property<DateTime?>(LeaseConfirmedAt).HasColumnName("lease_confirmed_at").HasColumnType("timestamp without time zone")
            .HasComment("The time stamp of the last record that confirmed the lease, when a record ended it; else null: time_stamp says it.");
        pod.Property<bool>(LeaseEndedByMark).HasColumnName("lease_ended_by_mark").HasDefaultValue(false)
            .HasComment("Whether mark_dead ended the lease, by name and IP. That says nothing about the pod with another IP.");
        pod.Property<string?>(LeaseBeganAs).HasColumnName("lease_began_as").HasColumnType("jsonb")
            .HasComment("The pod_identity, workload_selector_labels and host_network of the record that began the lease, when they have changed since; else null.");
        pod.Property<bool>(IpReleased).HasColumnName("ip_released")
            .HasComputedColumnSql("is_dead OR coalesce(pod_obj #>> '{status,phase}' IN ('Succeeded', 'Failed'), false)", stored: true)
            .HasComment("Whether the pod no longer holds its IP: it is dead, or its containers have ended for good.");
        pod.Property<bool>(HostNetwork).HasColumnName("host_network")
            .HasComputedColumnSql("coalesce(pod_obj @> '{\"spec\": {\"hostNetwork\": true}}', false)", stored: true)
            .HasComment("Whether the pod uses its node's network, and so shares its IP.");
        pod.Property<string>(Labels).HasColumnName("labels").HasColumnType("jsonb").HasComputedColumnSql(
            "CASE WHEN jsonb_typeof(pod_obj #> '{metadata,labels}') = 'object' THEN pod_obj #> '{metadata,labels}' ELSE coalesce(workload_selector_labels, '{}') END", stored: true)
            .HasComment("The pod's labels: those of its manifest, else workload_selector_labels, else none.");
    }
}
