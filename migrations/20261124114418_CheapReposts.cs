using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PodMetadata.Migrations
{
    /// <inheritdoc />
    public partial class CheapReposts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_pod_details_ip",
                table: "pod_details");

            migrationBuilder.AlterTable(
                name: "pod_details")
                .Annotation("Npgsql:StorageParameter:fillfactor", 80);

            migrationBuilder.AddColumn<byte[]>(
                name: "pod_obj_digest",
                table: "pod_details",
                type: "bytea",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_pod_details_ip",
                table: "pod_details",
                columns: new[] { "pod_ip", "ip_released", "host_network" });

            // A server may have been built without lz4.
            migrationBuilder.Sql("""
                DO $$ BEGIN
                    ALTER TABLE pod_details ALTER COLUMN pod_obj SET COMPRESSION lz4;
                EXCEPTION WHEN feature_not_supported THEN
                    NULL;
                END $$;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("ALTER TABLE pod_details ALTER COLUMN pod_obj SET COMPRESSION default;");

            migrationBuilder.DropIndex(
                name: "ix_pod_details_ip",
                table: "pod_details");

            migrationBuilder.DropColumn(
                name: "pod_obj_digest",
                table: "pod_details");

            migrationBuilder.AlterTable(
                name: "pod_details")
                .OldAnnotation("Npgsql:StorageParameter:fillfactor", 80);

            migrationBuilder.CreateIndex(
                name: "ix_pod_details_ip",
                table: "pod_details",
                columns: new[] { "pod_ip", "ip_released", "host_network", "time_stamp", "pod_name" },
                descending: new[] { false, false, false, true, false });
        }
    }
}
