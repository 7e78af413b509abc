-- Keeps the leases in step with a new or changed row of pod_details, in the transaction that writes the row.
-- A lease begins at the time stamp of the first record with its IP and node. It ends at the time stamp of the next record of the same namespace
-- and name that has another IP or node, is dead, or is finished. Late and repeated posts are applied at their own time stamp, between the leases
-- before and after it. pod_mark_dead ends leases itself, at the database's clock.
CREATE OR REPLACE FUNCTION pod_details_lease() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    at_moment pod_ip_leases;
    following pod_ip_leases;
    begins boolean := false;
    ends_at timestamp;
    confirmed_again timestamp;
    is_open boolean;
BEGIN
    -- Keep the newest time stamp of the replaced record with its lease. Future time stamps, of a clock that is ahead, are capped at the time
    -- the record was posted.
    IF TG_OP = 'UPDATE' THEN
        UPDATE pod_ip_leases SET last_confirmed_at = greatest(last_confirmed_at, least(OLD.time_stamp, OLD.posted_at AT TIME ZONE 'UTC'))
        WHERE pod_name = OLD.pod_name AND pod_namespace IS NOT DISTINCT FROM OLD.pod_namespace
            AND pod_ip = OLD.pod_ip::inet AND node_name = OLD.node_name
            AND valid_from <= OLD.time_stamp AND (valid_to IS NULL OR valid_to > OLD.time_stamp);
    END IF;

    -- A pod whose row a namesake takes keeps its open lease. A change from or to an unknown namespace is the same pod: its lease ends.
    IF TG_OP = 'UPDATE' AND OLD.pod_namespace IS DISTINCT FROM NEW.pod_namespace THEN
        UPDATE pod_ip_leases SET
            displaced_posted_at = CASE WHEN NOT OLD.ip_released THEN OLD.posted_at END,
            valid_to = CASE WHEN OLD.pod_namespace IS NULL OR NEW.pod_namespace IS NULL THEN greatest(valid_from, NEW.time_stamp) END
        WHERE pod_name = OLD.pod_name AND pod_namespace IS NOT DISTINCT FROM OLD.pod_namespace AND valid_to IS NULL;
    END IF;

    SELECT * INTO at_moment FROM pod_ip_leases
    WHERE pod_name = NEW.pod_name AND pod_namespace IS NOT DISTINCT FROM NEW.pod_namespace
        AND valid_from <= NEW.time_stamp AND (valid_to IS NULL OR valid_to > NEW.time_stamp)
    FOR UPDATE; -- retention has deleted it already, or skips it
    SELECT * INTO following FROM pod_ip_leases
    WHERE pod_name = NEW.pod_name AND pod_namespace IS NOT DISTINCT FROM NEW.pod_namespace AND valid_from > NEW.time_stamp
    ORDER BY valid_from, valid_to LIMIT 1;

    IF at_moment.id IS NULL THEN
        begins := true;
        -- An end without a known beginning, perhaps a late one, is an empty lease.
        ends_at := CASE WHEN NEW.ip_released THEN NEW.time_stamp ELSE following.valid_from END;
    ELSIF NEW.ip_released THEN
        -- A late end, older than a record that confirmed the lease, belongs to an earlier stay.
        IF at_moment.last_confirmed_at IS NULL OR at_moment.last_confirmed_at <= NEW.time_stamp THEN
            UPDATE pod_ip_leases SET valid_to = NEW.time_stamp, ended_by_mark = false WHERE id = at_moment.id;
        END IF;
    ELSIF (at_moment.pod_ip, at_moment.node_name) <> (NEW.pod_ip::inet, NEW.node_name) THEN
        begins := true;
        -- The lease was confirmed later, before it ended: it continues from that confirmation.
        IF at_moment.last_confirmed_at > NEW.time_stamp AND (at_moment.valid_to IS NULL OR at_moment.last_confirmed_at < at_moment.valid_to) THEN
            confirmed_again := at_moment.last_confirmed_at;
        END IF;
        ends_at := coalesce(confirmed_again, CASE WHEN at_moment.ended_by_mark THEN following.valid_from ELSE at_moment.valid_to END);
        UPDATE pod_ip_leases SET
            valid_to = NEW.time_stamp, ended_by_mark = false, last_confirmed_at = CASE WHEN confirmed_again IS NULL AND last_confirmed_at <= NEW.time_stamp THEN last_confirmed_at END
        WHERE id = at_moment.id;
    END IF;

    IF begins AND ends_at = following.valid_from AND (following.pod_ip, following.node_name) = (NEW.pod_ip::inet, NEW.node_name) THEN
        UPDATE pod_ip_leases SET
            valid_from = NEW.time_stamp, pod_identity = NEW.pod_identity, workload_selector_labels = NEW.workload_selector_labels,
            host_network = NEW.host_network
        WHERE id = following.id;
    ELSIF begins THEN
        INSERT INTO pod_ip_leases (
            pod_name, pod_namespace, pod_ip, node_name, pod_identity, workload_selector_labels, host_network, valid_from, valid_to)
        VALUES (
            NEW.pod_name, NEW.pod_namespace, NEW.pod_ip::inet, NEW.node_name, NEW.pod_identity, NEW.workload_selector_labels,
            NEW.host_network, NEW.time_stamp, ends_at);
    END IF;
    IF confirmed_again IS NOT NULL THEN
        INSERT INTO pod_ip_leases (
            pod_name, pod_namespace, pod_ip, node_name, pod_identity, workload_selector_labels, host_network, valid_from, valid_to,
            ended_by_mark, displaced_posted_at)
        VALUES (
            at_moment.pod_name, at_moment.pod_namespace, at_moment.pod_ip, at_moment.node_name, at_moment.pod_identity,
            at_moment.workload_selector_labels, at_moment.host_network, confirmed_again, at_moment.valid_to,
            at_moment.ended_by_mark, at_moment.displaced_posted_at);
    END IF;

    -- A lease that starts in the future comes from a clock that is ahead: the pod died before it.
    IF NEW.ip_released AND following.valid_to IS NULL THEN
        UPDATE pod_ip_leases SET valid_to = valid_from WHERE id = following.id AND valid_from > now() AT TIME ZONE 'UTC';
    END IF;

    is_open := NEW.ip_released OR EXISTS (
        SELECT FROM pod_ip_leases
        WHERE pod_name = NEW.pod_name AND pod_namespace IS NOT DISTINCT FROM NEW.pod_namespace
            AND pod_ip = NEW.pod_ip::inet AND node_name = NEW.node_name AND valid_to IS NULL);
    IF NEW.lease_settled <> is_open THEN
        UPDATE pod_details SET lease_settled = is_open WHERE pod_name = NEW.pod_name;
    END IF;
    RETURN NULL;
END $$;

COMMENT ON FUNCTION pod_details_lease() IS 'Writes the leases of a row: begins, ends, moves or splits them.';
