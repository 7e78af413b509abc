using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PodMetadata.Migrations
{
    /// <inheritdoc />
    public partial class TellEndsOnce : Migration
    {
        // A posted end says when a marked pod ended: the first one after the mark. Those that follow say it again.
        private const string EndsAreFollowedOnce = """
            DROP TRIGGER pod_details_lease_of_changed ON pod_details;
            CREATE TRIGGER pod_details_lease_of_changed AFTER UPDATE OF time_stamp ON pod_details FOR EACH ROW
            WHEN ((OLD.pod_namespace, OLD.pod_ip, OLD.node_name, OLD.ip_released)
                    IS DISTINCT FROM (NEW.pod_namespace, NEW.pod_ip, NEW.node_name, NEW.ip_released)
                OR NEW.time_stamp < OLD.time_stamp OR NOT OLD.leased OR (NEW.ip_released AND OLD.died_at > OLD.posted_at))
            EXECUTE FUNCTION pod_details_lease();
            """;

        // As SettleLeases' function, but that a pod that was posted while the mark waited died after that.
        private const string MarksComeAfterPosts = """
            CREATE OR REPLACE FUNCTION pod_mark_dead(name_gone text, ip_gone text) RETURNS integer LANGUAGE plpgsql AS $$
            DECLARE
                namespace_gone text;
                marked integer := 0;
                is_locked boolean;
            BEGIN
                PERFORM FROM pod_details WHERE pod_name = name_gone FOR UPDATE;
                is_locked := FOUND;
                IF is_locked THEN
                    UPDATE pod_details SET is_dead = true, died_at = coalesce(died_at, clock_timestamp())
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

        // What AddLeases left open, and nothing would end: leases from before a pod's namespace was known, or when it no longer was, and of
        // pods that died.
        private const string EndLeftOver = """
            UPDATE pod_ip_leases AS lease SET valid_to = greatest(lease.valid_from, pod.time_stamp)
            FROM pod_details AS pod
            WHERE pod.pod_name = lease.pod_name AND lease.valid_to IS NULL AND (pod.pod_namespace IS NULL) <> (lease.pod_namespace IS NULL);

            UPDATE pod_ip_leases AS lease SET valid_to = greatest(lease.valid_from, coalesce(pod.died_at AT TIME ZONE 'UTC', pod.time_stamp))
            FROM pod_details AS pod
            WHERE pod.pod_name = lease.pod_name AND lease.valid_to IS NULL AND pod.pod_namespace IS NOT DISTINCT FROM lease.pod_namespace
                AND pod.ip_released;
            """;

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(SettleLeases.LockTables);
            migrationBuilder.Sql(EndsAreFollowedOnce);
            migrationBuilder.Sql(MarksComeAfterPosts);
            migrationBuilder.Sql(EndLeftOver);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(SettleLeases.LockTables);
            migrationBuilder.Sql(SettleLeases.EndsAreFollowed);
            migrationBuilder.Sql(SettleLeases.MarksEndLeases);
        }
    }
}
