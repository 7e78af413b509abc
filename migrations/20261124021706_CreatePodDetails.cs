using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PodMetadata.Migrations
{
    /// <inheritdoc />
    public partial class CreatePodDetails : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "pod_details",
                columns: table => new
                {
                    pod_name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    pod_namespace = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    pod_ip = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    node_name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    is_dead = table.Column<bool>(type: "boolean", nullable: false),
                    pod_identity = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    workload_selector_labels = table.Column<string>(type: "jsonb", nullable: true),
                    pod_obj = table.Column<string>(type: "jsonb", nullable: true),
                    time_stamp = table.Column<DateTime>(type: "timestamp without time zone", nullable: false),
                    host_network = table.Column<bool>(type: "boolean", nullable: false, computedColumnSql: "coalesce(pod_obj @> '{\"spec\": {\"hostNetwork\": true}}', false)", stored: true),
                    ip_released = table.Column<bool>(type: "boolean", nullable: false, computedColumnSql: "is_dead OR coalesce(pod_obj #>> '{status,phase}' IN ('Succeeded', 'Failed'), false)", stored: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pod_details", x => x.pod_name);
                });

            migrationBuilder.CreateIndex(
                name: "ix_pod_details_ip",
                table: "pod_details",
                columns: new[] { "pod_ip", "ip_released", "host_network", "time_stamp", "pod_name" },
                descending: new[] { false, false, false, true, false });

            migrationBuilder.CreateIndex(
                name: "ix_pod_details_listing",
                table: "pod_details",
                columns: new[] { "pod_namespace", "pod_name" });

            migrationBuilder.CreateIndex(
                name: "ix_pod_details_node_live",
                table: "pod_details",
                columns: new[] { "node_name", "pod_namespace", "pod_name" },
                filter: "NOT is_dead");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "pod_details");
        }
    }
}
