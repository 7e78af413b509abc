using System;
using System.Net;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace PodMetadata.Migrations
{
    /// <inheritdoc />
    public partial class AddLeases : Migration
    {
        // The extension (PostgreSQL's contrib) lets a range stand beside a text in one constraint; whoever owns the database may create it.
        private const string LeasesNeverOverlap = """
            CREATE EXTENSION IF NOT EXISTS btree_gist;
            ALTER TABLE pod_ip_leases ADD CONSTRAINT ex_pod_ip_leases_overlap EXCLUDE USING gist (
                pod_name WITH =, coalesce(pod_namespace, '') WITH =, tsrange(valid_from, valid_to) WITH &&);
            """;

        private const string LeasesOfThePodsThatAreThere = """
            INSERT INTO pod_ip_leases (
                pod_name, pod_namespace, pod_ip, node_name, pod_identity, workload_selector_labels, host_network, valid_from, valid_to)
            SELECT
                pod_name, pod_namespace, pod_ip::inet, node_name, pod_identity, workload_selector_labels, host_network, time_stamp,
                CASE WHEN ip_released THEN died_at AT TIME ZONE 'UTC' END
            FROM pod_details
            WHERE NOT ip_released OR died_at AT TIME ZONE 'UTC' > time_stamp;
            """;

        // A lease begins at the time stamp of the record that tells of it, and ends at that of the next record of the same namespace and
        // name that has another IP or node, is dead, or whose containers have ended. Posts come late and twice: a record says what was at
        // its moment, between what is known of earlier and later ones. mark_dead, which knows no moment but now, ends leases itself.
        internal const string LeasesFollowPods = """
            CREATE OR REPLACE FUNCTION pod_details_lease() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                at_moment pod_ip_leases;
                following pod_ip_leases;
                begins boolean := false;
                until timestamp;
                told_again timestamp;
                is_open boolean;
            BEGIN
                -- What the record told last is kept with its lease when the record no longer tells it.
                IF TG_OP = 'UPDATE' AND (OLD.pod_namespace IS DISTINCT FROM NEW.pod_namespace OR OLD.time_stamp > NEW.time_stamp) THEN
                    UPDATE pod_ip_leases SET
                        told_at = greatest(told_at, OLD.time_stamp),
                        posted_at = CASE WHEN OLD.pod_namespace IS DISTINCT FROM NEW.pod_namespace THEN OLD.posted_at ELSE posted_at END
                    WHERE pod_name = OLD.pod_name AND pod_namespace IS NOT DISTINCT FROM OLD.pod_namespace
                        AND pod_ip = OLD.pod_ip::inet AND node_name = OLD.node_name
                        AND valid_from <= OLD.time_stamp AND (valid_to IS NULL OR valid_to > OLD.time_stamp);
                END IF;

                SELECT * INTO at_moment FROM pod_ip_leases
                WHERE pod_name = NEW.pod_name AND pod_namespace IS NOT DISTINCT FROM NEW.pod_namespace
                    AND valid_from <= NEW.time_stamp AND (valid_to IS NULL OR valid_to > NEW.time_stamp);
                SELECT * INTO following FROM pod_ip_leases
                WHERE pod_name = NEW.pod_name AND pod_namespace IS NOT DISTINCT FROM NEW.pod_namespace AND valid_from > NEW.time_stamp
                ORDER BY valid_from, valid_to LIMIT 1;

                IF at_moment.id IS NULL THEN
                    IF NEW.ip_released THEN
                        until := NEW.time_stamp; -- an end without a beginning, which may come late: an empty lease
                    ELSE
                        until := following.valid_from;
                    END IF;
                    begins := NEW.ip_released OR following.id IS NULL OR (following.pod_ip, following.node_name) <> (NEW.pod_ip::inet, NEW.node_name);
                    IF NOT begins THEN
                        UPDATE pod_ip_leases SET valid_from = NEW.time_stamp WHERE id = following.id;
                    END IF;
                ELSIF NEW.ip_released THEN
                    -- An end that comes late, after the pod was seen there again, is that of an earlier stay.
                    IF at_moment.told_at IS NULL OR at_moment.told_at <= NEW.time_stamp THEN
                        UPDATE pod_ip_leases SET valid_to = NEW.time_stamp, is_marked = false WHERE id = at_moment.id;
                    END IF;
                ELSIF (at_moment.pod_ip, at_moment.node_name) <> (NEW.pod_ip::inet, NEW.node_name) THEN
                    IF at_moment.told_at > NEW.time_stamp THEN
                        told_again := at_moment.told_at;
                    END IF;
                    UPDATE pod_ip_leases SET valid_to = NEW.time_stamp, is_marked = false, told_at = NULL WHERE id = at_moment.id;
                    until := coalesce(told_again, CASE WHEN at_moment.is_marked THEN following.valid_from ELSE at_moment.valid_to END);
                    begins := following.id IS NULL OR until IS DISTINCT FROM following.valid_from
                        OR (following.pod_ip, following.node_name) <> (NEW.pod_ip::inet, NEW.node_name);
                    IF NOT begins THEN
                        UPDATE pod_ip_leases SET valid_from = NEW.time_stamp WHERE id = following.id;
                    END IF;
                END IF;

                IF begins THEN
                    INSERT INTO pod_ip_leases (
                        pod_name, pod_namespace, pod_ip, node_name, pod_identity, workload_selector_labels, host_network, valid_from, valid_to)
                    VALUES (
                        NEW.pod_name, NEW.pod_namespace, NEW.pod_ip::inet, NEW.node_name, NEW.pod_identity, NEW.workload_selector_labels,
                        NEW.host_network, NEW.time_stamp, until);
                END IF;
                IF told_again IS NOT NULL THEN
                    INSERT INTO pod_ip_leases (
                        pod_name, pod_namespace, pod_ip, node_name, pod_identity, workload_selector_labels, host_network, valid_from, valid_to)
                    VALUES (
                        at_moment.pod_name, at_moment.pod_namespace, at_moment.pod_ip, at_moment.node_name, at_moment.pod_identity,
                        at_moment.workload_selector_labels, at_moment.host_network, told_again, at_moment.valid_to);
                END IF;

                is_open := NEW.ip_released OR EXISTS (
                    SELECT FROM pod_ip_leases
                    WHERE pod_name = NEW.pod_name AND pod_namespace IS NOT DISTINCT FROM NEW.pod_namespace
                        AND pod_ip = NEW.pod_ip::inet AND node_name = NEW.node_name AND valid_to IS NULL);
                IF NEW.leased <> is_open THEN
                    UPDATE pod_details SET leased = is_open WHERE pod_name = NEW.pod_name;
                END IF;
                RETURN NULL;
            END $$;

            CREATE TRIGGER pod_details_lease_of_new AFTER INSERT ON pod_details FOR EACH ROW EXECUTE FUNCTION pod_details_lease();

            CREATE TRIGGER pod_details_lease_of_changed AFTER UPDATE OF time_stamp ON pod_details FOR EACH ROW
            WHEN ((OLD.pod_namespace, OLD.pod_ip, OLD.node_name, OLD.ip_released)
                    IS DISTINCT FROM (NEW.pod_namespace, NEW.pod_ip, NEW.node_name, NEW.ip_released)
                OR NEW.time_stamp < OLD.time_stamp OR NOT OLD.leased)
            EXECUTE FUNCTION pod_details_lease();
            """;

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "leased",
                table: "pod_details",
                type: "boolean",
                nullable: false,
                defaultValue: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "posted_at",
                table: "pod_details",
                type: "timestamp with time zone",
                nullable: false,
                defaultValueSql: "now()");

            migrationBuilder.AddColumn<string>(
                name: "labels",
                table: "pod_details",
                type: "jsonb",
                nullable: true,
                computedColumnSql: "CASE WHEN jsonb_typeof(pod_obj #> '{metadata,labels}') = 'object' THEN pod_obj #> '{metadata,labels}' ELSE coalesce(workload_selector_labels, '{}') END",
                stored: true);

            migrationBuilder.CreateTable(
                name: "pod_ip_leases",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    pod_name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    pod_namespace = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    pod_ip = table.Column<IPAddress>(type: "inet", nullable: false),
                    node_name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    pod_identity = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    workload_selector_labels = table.Column<string>(type: "jsonb", nullable: true),
                    host_network = table.Column<bool>(type: "boolean", nullable: false),
                    valid_from = table.Column<DateTime>(type: "timestamp without time zone", nullable: false),
                    valid_to = table.Column<DateTime>(type: "timestamp without time zone", nullable: true),
                    is_marked = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false),
                    told_at = table.Column<DateTime>(type: "timestamp without time zone", nullable: true),
                    posted_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pod_ip_leases", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_pod_details_labels",
                table: "pod_details",
                column: "labels")
                .Annotation("Npgsql:IndexMethod", "gin")
                .Annotation("Npgsql:IndexOperators", new[] { "jsonb_path_ops" });

            migrationBuilder.CreateIndex(
                name: "ix_pod_ip_leases_ip",
                table: "pod_ip_leases",
                columns: new[] { "pod_ip", "valid_from", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_pod_ip_leases_name",
                table: "pod_ip_leases",
                columns: new[] { "pod_name", "valid_from" });

            migrationBuilder.CreateIndex(
                name: "ix_pod_ip_leases_valid_to",
                table: "pod_ip_leases",
                column: "valid_to",
                filter: "valid_to IS NOT NULL");

            migrationBuilder.Sql(LeasesNeverOverlap);
            migrationBuilder.Sql(LeasesOfThePodsThatAreThere);
            migrationBuilder.Sql(LeasesFollowPods);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER pod_details_lease_of_new ON pod_details;
                DROP TRIGGER pod_details_lease_of_changed ON pod_details;
                DROP FUNCTION pod_details_lease();
                """);

            migrationBuilder.DropTable(
                name: "pod_ip_leases");

            migrationBuilder.DropIndex(
                name: "ix_pod_details_labels",
                table: "pod_details");

            migrationBuilder.DropColumn(
                name: "labels",
                table: "pod_details");

            migrationBuilder.DropColumn(
                name: "leased",
                table: "pod_details");

            migrationBuilder.DropColumn(
                name: "posted_at",
                table: "pod_details");
        }
    }
}
