using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PodMetadata.Migrations
{
    /// <inheritdoc />
    public partial class WatchCluster : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "cluster_watch",
                columns: table => new
                {
                    cluster_uid = table.Column<string>(type: "text", nullable: false, comment: "The UID of the cluster's namespace kube-system. The pods of another cluster are refused.", collation: "C"),
                    seen_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true, comment: "Until when the stored pods are known to be those of the cluster, by the database's clock; null before the first list. A live pod is known to live until then, or until it was posted.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_cluster_watch", x => x.cluster_uid);
                },
                comment: "The cluster whose pods the service watches itself: one row, or none while agents post the pods.");

            migrationBuilder.Sql("COMMENT ON INDEX pk_cluster_watch IS 'Nothing: the table has one row.';");
            migrationBuilder.RunFile("pod_gone");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP FUNCTION pod_gone;");

            migrationBuilder.DropTable(
                name: "cluster_watch");
        }
    }
}
