using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PodMetadata.Migrations
{
    /// <inheritdoc />
    public partial class SettleLeases : Migration
    {
        // As AddLeases' function of this name, but: a clock that is ahead does not keep later ends from being believed; a namespace that is
        // not known is not another one; a lease told of late is as its earliest record; and what is put back after it is whole.
        private const string LeasesFollowPods = """
            CREATE OR REPLACE FUNCTION pod_details_lease() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                at_moment pod_ip_leases;
                following pod_ip_leases;
                begins boolean := false;
                until timestamp;
                told_again timestamp;
                is_open boolean;
            BEGIN
                -- What the record told last is kept with its lease when the record no longer tells it. Nobody tells of what is to come: a
                -- clock that is ahead tells of the moment its record was posted.
                IF TG_OP = 'UPDATE' THEN
                    UPDATE pod_ip_leases SET told_at = greatest(told_at, least(OLD.time_stamp, OLD.posted_at AT TIME ZONE 'UTC'))
                    WHERE pod_name = OLD.pod_name AND pod_namespace IS NOT DISTINCT FROM OLD.pod_namespace
                        AND pod_ip = OLD.pod_ip::inet AND node_name = OLD.node_name
                        AND valid_from <= OLD.time_stamp AND (valid_to IS NULL OR valid_to > OLD.time_stamp);
                END IF;

                -- A pod whose record a namesake takes goes on without it. One of a namespace that was not known, or no longer is, is the same.
                IF TG_OP = 'UPDATE' AND OLD.pod_namespace IS DISTINCT FROM NEW.pod_namespace THEN
                    UPDATE pod_ip_leases SET
                        posted_at = CASE WHEN NOT OLD.ip_released THEN OLD.posted_at END,
                        valid_to = CASE WHEN OLD.pod_namespace IS NULL OR NEW.pod_namespace IS NULL THEN greatest(valid_from, NEW.time_stamp) END
                    WHERE pod_name = OLD.pod_name AND pod_namespace IS NOT DISTINCT FROM OLD.pod_namespace AND valid_to IS NULL;
                END IF;

                SELECT * INTO at_moment FROM pod_ip_leases
                WHERE pod_name = NEW.pod_name AND pod_namespace IS NOT DISTINCT FROM NEW.pod_namespace
                    AND valid_from <= NEW.time_stamp AND (valid_to IS NULL OR valid_to > NEW.time_stamp)
                FOR UPDATE; -- who deletes old leases has deleted it already, or leaves it alone
                SELECT * INTO following FROM pod_ip_leases
                WHERE pod_name = NEW.pod_name AND pod_namespace IS NOT DISTINCT FROM NEW.pod_namespace AND valid_from > NEW.time_stamp
                ORDER BY valid_from, valid_to LIMIT 1;

                IF at_moment.id IS NULL THEN
                    begins := true;
                    -- An end without a beginning, which may come late, is an empty lease.
                    until := CASE WHEN NEW.ip_released THEN NEW.time_stamp ELSE following.valid_from END;
                ELSIF NEW.ip_released THEN
                    -- An end that comes late, after the pod was seen there again, is that of an earlier stay.
                    IF at_moment.told_at IS NULL OR at_moment.told_at <= NEW.time_stamp THEN
                        UPDATE pod_ip_leases SET valid_to = NEW.time_stamp, is_marked = false WHERE id = at_moment.id;
                    END IF;
                ELSIF (at_moment.pod_ip, at_moment.node_name) <> (NEW.pod_ip::inet, NEW.node_name) THEN
                    begins := true;
                    -- Seen there again later, and before it ended: the lease goes on from then.
                    IF at_moment.told_at > NEW.time_stamp AND (at_moment.valid_to IS NULL OR at_moment.told_at < at_moment.valid_to) THEN
                        told_again := at_moment.told_at;
                    END IF;
                    until := coalesce(told_again, CASE WHEN at_moment.is_marked THEN following.valid_from ELSE at_moment.valid_to END);
                    UPDATE pod_ip_leases SET
                        valid_to = NEW.time_stamp, is_marked = false, told_at = CASE WHEN told_again IS NULL AND told_at <= NEW.time_stamp THEN told_at END
                    WHERE id = at_moment.id;
                END IF;

                IF begins AND until = following.valid_from AND (following.pod_ip, following.node_name) = (NEW.pod_ip::inet, NEW.node_name) THEN
                    UPDATE pod_ip_leases SET
                        valid_from = NEW.time_stamp, pod_identity = NEW.pod_identity, workload_selector_labels = NEW.workload_selector_labels,
                        host_network = NEW.host_network
                    WHERE id = following.id;
                ELSIF begins THEN
                    INSERT INTO pod_ip_leases (
                        pod_name, pod_namespace, pod_ip, node_name, pod_identity, workload_selector_labels, host_network, valid_from, valid_to)
                    VALUES (
                        NEW.pod_name, NEW.pod_namespace, NEW.pod_ip::inet, NEW.node_name, NEW.pod_identity, NEW.workload_selector_labels,
                        NEW.host_network, NEW.time_stamp, until);
                END IF;
                IF told_again IS NOT NULL THEN
                    INSERT INTO pod_ip_leases (
                        pod_name, pod_namespace, pod_ip, node_name, pod_identity, workload_selector_labels, host_network, valid_from, valid_to,
                        is_marked, posted_at)
                    VALUES (
                        at_moment.pod_name, at_moment.pod_namespace, at_moment.pod_ip, at_moment.node_name, at_moment.pod_identity,
                        at_moment.workload_selector_labels, at_moment.host_network, told_again, at_moment.valid_to,
                        at_moment.is_marked, at_moment.posted_at);
                END IF;

                -- A lease that is to begin was told of by a clock that is ahead: the pod is dead before.
                IF NEW.ip_released AND following.valid_to IS NULL THEN
                    UPDATE pod_ip_leases SET valid_to = valid_from WHERE id = following.id AND valid_from > now() AT TIME ZONE 'UTC';
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
            """;

        // As AddLeases' trigger, and for each end that is posted: one after a mark says when the pod ended.
        internal const string EndsAreFollowed = """
            DROP TRIGGER pod_details_lease_of_changed ON pod_details;
            CREATE TRIGGER pod_details_lease_of_changed AFTER UPDATE OF time_stamp ON pod_details FOR EACH ROW
            WHEN ((OLD.pod_namespace, OLD.pod_ip, OLD.node_name, OLD.ip_released)
                    IS DISTINCT FROM (NEW.pod_namespace, NEW.pod_ip, NEW.node_name, NEW.ip_released)
                OR NEW.time_stamp < OLD.time_stamp OR NOT OLD.leased OR (NEW.ip_released AND NEW.time_stamp <> OLD.time_stamp))
            EXECUTE FUNCTION pod_details_lease();
            """;

        // A statement sees what was before it began. So the pod's record is locked first, whatever its IP: who writes it at the same moment
        // goes before, and the statements that follow see what he wrote.
        internal const string MarksEndLeases = """
            CREATE OR REPLACE FUNCTION pod_mark_dead(name_gone text, ip_gone text) RETURNS integer LANGUAGE plpgsql AS $$
            DECLARE
                namespace_gone text;
                marked integer := 0;
                is_locked boolean;
            BEGIN
                PERFORM FROM pod_details WHERE pod_name = name_gone FOR UPDATE;
                is_locked := FOUND;
                IF is_locked THEN
                    UPDATE pod_details SET is_dead = true, died_at = coalesce(died_at, now())
                    WHERE pod_name = name_gone AND (ip_gone IS NULL OR pod_ip = ip_gone)
                    RETURNING pod_namespace INTO namespace_gone;
                    GET DIAGNOSTICS marked = ROW_COUNT;
                END IF;
                UPDATE pod_ip_leases SET valid_to = greatest(valid_from, clock_timestamp() AT TIME ZONE 'UTC'), is_marked = ip_gone IS NOT NULL
                WHERE pod_name = name_gone AND valid_to IS NULL
                    AND CASE
                        WHEN ip_gone IS NULL THEN marked > 0 AND pod_namespace IS NOT DISTINCT FROM namespace_gone
                        ELSE pod_ip = ip_gone::inet END
                    AND (is_locked OR NOT EXISTS (SELECT FROM pod_details AS posted_since WHERE posted_since.pod_name = name_gone));
                RETURN marked;
            END $$;
            """;

        // Of the pods that were there AddLeases knew the last post only. A function, so that it costs a lookup nothing.
        private const string LeasesAreWholeSince = """
            DO $$ BEGIN
                EXECUTE format(
                    'CREATE OR REPLACE FUNCTION pod_ip_leases_since() RETURNS timestamp LANGUAGE sql IMMUTABLE PARALLEL SAFE AS %L',
                    format('SELECT timestamp %L', CASE WHEN EXISTS (SELECT FROM pod_details) THEN to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') ELSE '-infinity' END));
            END $$;
            """;

        // The last column is looked at in the index: of all that an IP had, the table is read only for those that are asked for. (GiST with a
        // range reads less of a very long history, and takes ten times as long for a short one.)
        private const string LeasesAreFoundByMoment = """
            CREATE INDEX ix_pod_ip_leases_ip ON pod_ip_leases (pod_ip, valid_from, id, coalesce(valid_to, 'infinity'));
            """;

        // In the order in which who writes takes them: others of the service may be at work meanwhile.
        internal const string LockTables = "LOCK TABLE pod_details, pod_ip_leases IN ACCESS EXCLUSIVE MODE;";

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(LockTables);

            migrationBuilder.CreateIndex(
                name: "ix_pod_ip_leases_displaced",
                table: "pod_ip_leases",
                column: "pod_ip",
                filter: "valid_to IS NULL AND posted_at IS NOT NULL");

            migrationBuilder.DropIndex(
                name: "ix_pod_ip_leases_ip",
                table: "pod_ip_leases");

            migrationBuilder.Sql(LeasesAreFoundByMoment);
            migrationBuilder.Sql(LeasesAreWholeSince);
            migrationBuilder.Sql(LeasesFollowPods);
            migrationBuilder.Sql(EndsAreFollowed);
            migrationBuilder.Sql(MarksEndLeases);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(LockTables);

            // Its triggers go and come with the former function.
            migrationBuilder.Sql("""
                DROP FUNCTION pod_mark_dead(text, text);
                DROP FUNCTION pod_ip_leases_since();
                DROP INDEX ix_pod_ip_leases_ip;
                DROP TRIGGER pod_details_lease_of_new ON pod_details;
                DROP TRIGGER pod_details_lease_of_changed ON pod_details;
                """);
            migrationBuilder.Sql(AddLeases.LeasesFollowPods);

            migrationBuilder.DropIndex(
                name: "ix_pod_ip_leases_displaced",
                table: "pod_ip_leases");

            migrationBuilder.CreateIndex(
                name: "ix_pod_ip_leases_ip",
                table: "pod_ip_leases",
                columns: new[] { "pod_ip", "valid_from", "id" });
        }
    }
}
