using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace PodMetadata.Migrations
{
    /// <inheritdoc />
    public partial class CreatePods : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "pod_details",
                columns: table => new
                {
                    pod_name = table.Column<string>(type: "text", nullable: false, comment: "The pod's name, the key.", collation: "C"),
                    pod_namespace = table.Column<string>(type: "text", nullable: true, comment: "The pod's namespace; null when it is unknown.", collation: "C"),
                    pod_ip = table.Column<string>(type: "text", nullable: false, comment: "The pod's IP in canonical form (RFC 5952).", collation: "C"),
                    node_name = table.Column<string>(type: "text", nullable: false, comment: "The name of the pod's node.", collation: "C"),
                    is_dead = table.Column<bool>(type: "boolean", nullable: false, comment: "Whether the pod has left its node."),
                    pod_identity = table.Column<string>(type: "text", nullable: true, comment: "What the pod is, such as its application's name; or null.", collation: "C"),
                    workload_selector_labels = table.Column<string>(type: "jsonb", nullable: true, comment: "The labels that select the pod's workload, an object of strings; or null."),
                    pod_obj = table.Column<string>(type: "jsonb", nullable: true, comment: "The manifest, any JSON value; or null."),
                    time_stamp = table.Column<DateTime>(type: "timestamp without time zone", nullable: false, comment: "When the controller saw the pod in this state, by its own clock, in UTC."),
                    posted_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()", comment: "When the pod was last posted, by the database's clock."),
                    died_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true, comment: "When the pod was first marked or posted dead, by the database's clock; null while it is alive."),
                    lease_from = table.Column<DateTime>(type: "timestamp without time zone", nullable: true, comment: "When the pod's newest lease began, in UTC; null when the record is not the last word on it, and all leases of the pod are in pod_ip_leases."),
                    lease_to = table.Column<DateTime>(type: "timestamp without time zone", nullable: true, comment: "When that lease ended, in UTC; null while it is open."),
                    lease_confirmed_at = table.Column<DateTime>(type: "timestamp without time zone", nullable: true, comment: "The time stamp of the last record that confirmed the lease, when a record ended it; else null: time_stamp says it."),
                    lease_ended_by_mark = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false, comment: "Whether mark_dead ended the lease, by name and IP. That says nothing about the pod with another IP."),
                    lease_began_as = table.Column<string>(type: "jsonb", nullable: true, comment: "The pod_identity, workload_selector_labels and host_network of the record that began the lease, when they have changed since; else null."),
                    host_network = table.Column<bool>(type: "boolean", nullable: false, computedColumnSql: "coalesce(pod_obj @> '{\"spec\": {\"hostNetwork\": true}}', false)", stored: true, comment: "Whether the pod uses its node's network, and so shares its IP."),
                    ip_released = table.Column<bool>(type: "boolean", nullable: false, computedColumnSql: "is_dead OR coalesce(pod_obj #>> '{status,phase}' IN ('Succeeded', 'Failed'), false)", stored: true, comment: "Whether the pod no longer holds its IP: it is dead, or its containers have ended for good."),
                    labels = table.Column<string>(type: "jsonb", nullable: true, computedColumnSql: "CASE WHEN jsonb_typeof(pod_obj #> '{metadata,labels}') = 'object' THEN pod_obj #> '{metadata,labels}' ELSE coalesce(workload_selector_labels, '{}') END", stored: true, comment: "The pod's labels: those of its manifest, else workload_selector_labels, else none."),
                    pod_obj_digest = table.Column<byte[]>(type: "bytea", nullable: true, comment: "The SHA-256 of pod_obj in its jsonb spelling, so that an unchanged manifest need not be sent; null without a manifest, or when pod_obj was written by other means.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pod_details", x => x.pod_name);
                },
                comment: "The last record of each pod name, live or dead, with the newest lease of its IP.")
                .Annotation("Npgsql:StorageParameter:fillfactor", 80);

            migrationBuilder.CreateTable(
                name: "pod_ip_leases",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false, comment: "A number that no other lease has; it says nothing about time.")
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    pod_name = table.Column<string>(type: "text", nullable: false, comment: "The pod's name.", collation: "C"),
                    pod_namespace = table.Column<string>(type: "text", nullable: true, comment: "The pod's namespace; null when it is unknown.", collation: "C"),
                    pod_ip = table.Column<string>(type: "text", nullable: false, comment: "The IP in canonical form (RFC 5952).", collation: "C"),
                    node_name = table.Column<string>(type: "text", nullable: false, comment: "The name of the pod's node.", collation: "C"),
                    pod_identity = table.Column<string>(type: "text", nullable: true, comment: "What the pod was when the lease began; or null.", collation: "C"),
                    workload_selector_labels = table.Column<string>(type: "jsonb", nullable: true, comment: "The labels that selected the pod's workload when the lease began; or null."),
                    host_network = table.Column<bool>(type: "boolean", nullable: false, comment: "Whether the pod used its node's network, and so shared its IP."),
                    valid_from = table.Column<DateTime>(type: "timestamp without time zone", nullable: false, comment: "When the lease began: the time stamp of the pod's first record with this IP and node, in UTC."),
                    valid_to = table.Column<DateTime>(type: "timestamp without time zone", nullable: true, comment: "When the lease ended, in UTC; null while it is open. An empty lease, which ends when it begins, is held by nobody."),
                    last_confirmed_at = table.Column<DateTime>(type: "timestamp without time zone", nullable: true, comment: "The newest time stamp of a record that said that the pod held the IP, capped at the time it was posted; null for an end."),
                    last_end_at = table.Column<DateTime>(type: "timestamp without time zone", nullable: true, comment: "The newest time stamp of a record that repeated the end at valid_to; null when no record said that end: a later lease began there, or mark_dead ended it by name and IP."),
                    ended_by_mark = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false, comment: "Whether mark_dead ended the lease, by name and IP. That says nothing about the pod with another IP."),
                    is_end = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false, comment: "Whether only an end is known, and no record that said that the pod held the IP.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pod_ip_leases", x => x.id);
                },
                comment: "The times in which pods held IPs, but for the newest of each pod, which is in pod_details or pod_namesakes. The triggers of pod_details and MarkDeadStatement write it.");

            migrationBuilder.CreateTable(
                name: "pod_namesakes",
                columns: table => new
                {
                    pod_name = table.Column<string>(type: "text", nullable: false, comment: "The pod's name, the key.", collation: "C"),
                    pod_namespace = table.Column<string>(type: "text", nullable: false, comment: "The pod's namespace; null when it is unknown.", collation: "C"),
                    pod_ip = table.Column<string>(type: "text", nullable: false, comment: "The pod's IP in canonical form (RFC 5952).", collation: "C"),
                    node_name = table.Column<string>(type: "text", nullable: false, comment: "The name of the pod's node.", collation: "C"),
                    is_dead = table.Column<bool>(type: "boolean", nullable: false, comment: "Whether the pod has left its node."),
                    pod_identity = table.Column<string>(type: "text", nullable: true, comment: "What the pod is, such as its application's name; or null.", collation: "C"),
                    workload_selector_labels = table.Column<string>(type: "jsonb", nullable: true, comment: "The labels that select the pod's workload, an object of strings; or null."),
                    pod_obj = table.Column<string>(type: "jsonb", nullable: true, comment: "The manifest, any JSON value; or null."),
                    time_stamp = table.Column<DateTime>(type: "timestamp without time zone", nullable: false, comment: "When the controller saw the pod in this state, by its own clock, in UTC."),
                    posted_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()", comment: "When the pod was last posted, by the database's clock."),
                    died_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true, comment: "When the pod was first marked or posted dead, by the database's clock; null while it is alive."),
                    lease_from = table.Column<DateTime>(type: "timestamp without time zone", nullable: true, comment: "When the pod's newest lease began, in UTC; null when the record is not the last word on it, and all leases of the pod are in pod_ip_leases."),
                    lease_to = table.Column<DateTime>(type: "timestamp without time zone", nullable: true, comment: "When that lease ended, in UTC; null while it is open."),
                    lease_confirmed_at = table.Column<DateTime>(type: "timestamp without time zone", nullable: true, comment: "The time stamp of the last record that confirmed the lease, when a record ended it; else null: time_stamp says it."),
                    lease_ended_by_mark = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false, comment: "Whether mark_dead ended the lease, by name and IP. That says nothing about the pod with another IP."),
                    lease_began_as = table.Column<string>(type: "jsonb", nullable: true, comment: "The pod_identity, workload_selector_labels and host_network of the record that began the lease, when they have changed since; else null."),
                    host_network = table.Column<bool>(type: "boolean", nullable: false, computedColumnSql: "coalesce(pod_obj @> '{\"spec\": {\"hostNetwork\": true}}', false)", stored: true, comment: "Whether the pod uses its node's network, and so shares its IP."),
                    ip_released = table.Column<bool>(type: "boolean", nullable: false, computedColumnSql: "is_dead OR coalesce(pod_obj #>> '{status,phase}' IN ('Succeeded', 'Failed'), false)", stored: true, comment: "Whether the pod no longer holds its IP: it is dead, or its containers have ended for good."),
                    labels = table.Column<string>(type: "jsonb", nullable: true, computedColumnSql: "CASE WHEN jsonb_typeof(pod_obj #> '{metadata,labels}') = 'object' THEN pod_obj #> '{metadata,labels}' ELSE coalesce(workload_selector_labels, '{}') END", stored: true, comment: "The pod's labels: those of its manifest, else workload_selector_labels, else none."),
                    pod_obj_digest = table.Column<byte[]>(type: "bytea", nullable: true, comment: "The SHA-256 of pod_obj in its jsonb spelling, so that an unchanged manifest need not be sent; null without a manifest, or when pod_obj was written by other means.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pod_namesakes", x => new { x.pod_name, x.pod_namespace });
                },
                comment: "The last records of live pods whose row in pod_details a pod of the same name in another namespace has taken. pod_details_lease writes it.");

            migrationBuilder.CreateIndex(
                name: "ix_pod_details_died_at",
                table: "pod_details",
                column: "died_at",
                filter: "is_dead");

            migrationBuilder.CreateIndex(
                name: "ix_pod_details_ip",
                table: "pod_details",
                columns: new[] { "pod_ip", "ip_released", "host_network" });

            migrationBuilder.CreateIndex(
                name: "ix_pod_details_labels",
                table: "pod_details",
                column: "labels")
                .Annotation("Npgsql:IndexMethod", "gin")
                .Annotation("Npgsql:IndexOperators", new[] { "jsonb_path_ops" });

            migrationBuilder.CreateIndex(
                name: "ix_pod_details_listing",
                table: "pod_details",
                columns: new[] { "pod_namespace", "pod_name" });

            migrationBuilder.CreateIndex(
                name: "ix_pod_details_node_live",
                table: "pod_details",
                columns: new[] { "node_name", "pod_namespace", "pod_name" },
                filter: "NOT is_dead");

            migrationBuilder.CreateIndex(
                name: "ix_pod_ip_leases_name",
                table: "pod_ip_leases",
                columns: new[] { "pod_name", "valid_from" });

            migrationBuilder.CreateIndex(
                name: "ix_pod_ip_leases_open",
                table: "pod_ip_leases",
                column: "pod_name",
                filter: "valid_to IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_pod_ip_leases_valid_to",
                table: "pod_ip_leases",
                column: "valid_to",
                filter: "valid_to IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_pod_namesakes_ip",
                table: "pod_namesakes",
                columns: new[] { "pod_ip", "ip_released", "host_network" });

            migrationBuilder.CreateIndex(
                name: "ix_pod_namesakes_node",
                table: "pod_namesakes",
                columns: new[] { "node_name", "pod_namespace", "pod_name" });

            migrationBuilder.RunFile("random_page_cost");
            migrationBuilder.RunFile("pod_obj_compression");
            migrationBuilder.RunFile("ix_pod_ip_leases_ip");
            migrationBuilder.RunFile("ex_pod_ip_leases_overlap");
            migrationBuilder.RunFile("pod_details_forget_digest");
            migrationBuilder.RunFile("pod_details_forget_digest_of_changed");
            migrationBuilder.RunFile("pod_lease_put_aside");
            migrationBuilder.RunFile("pod_details_lease");
            migrationBuilder.RunFile("pod_details_lease_of_new");
            migrationBuilder.RunFile("pod_details_lease_of_changed");
            migrationBuilder.RunFile("pod_details_keep_lease");
            migrationBuilder.RunFile("pod_details_lease_of_deleted");
            migrationBuilder.RunFile("pod_namesakes_lease_of_deleted");
            migrationBuilder.RunFile("pod_mark_dead_elsewhere");
            migrationBuilder.RunFile("index_comments");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "pod_details");

            migrationBuilder.DropTable(
                name: "pod_ip_leases");

            migrationBuilder.DropTable(
                name: "pod_namesakes");

            migrationBuilder.Sql("""
                DROP FUNCTION pod_mark_dead_elsewhere;
                DROP FUNCTION pod_details_keep_lease;
                DROP FUNCTION pod_details_lease;
                DROP FUNCTION pod_lease_put_aside;
                DROP FUNCTION pod_details_forget_digest;
                """);
        }
    }
}
