using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PodMetadata.Migrations
{
    /// <inheritdoc />
    public partial class AddDiedAt : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTime>(
                name: "died_at",
                table: "pod_details",
                type: "timestamp with time zone",
                nullable: true);

            // When they died is not known; they are kept for the whole time from now.
            migrationBuilder.Sql("UPDATE pod_details SET died_at = now() WHERE is_dead;");

            migrationBuilder.CreateIndex(
                name: "ix_pod_details_died_at",
                table: "pod_details",
                column: "died_at",
                filter: "is_dead");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_pod_details_died_at",
                table: "pod_details");

            migrationBuilder.DropColumn(
                name: "died_at",
                table: "pod_details");
        }
    }
}
