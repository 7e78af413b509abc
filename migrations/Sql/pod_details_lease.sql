-- Keeps the leases of one pod (namespace and name) in step with its records, where a record needs more than the lease of its own row.
--
-- A row of pod_ip_leases is one stay of the pod at an IP and node: records at valid_from and last_confirmed_at say that it held the IP, and records
-- at valid_to and last_end_at say that it no longer did. Rows with is_end know an end only. A stay that has no end of its own ends where the next
-- stay, or end, of the pod begins. So every record is put in at its own time stamp, and the order in which records arrive does not matter.
--
-- The newest stay is kept in the pod's own row, in the columns lease_*. This function first puts it aside into pod_ip_leases, applies the record
-- there, and takes the newest stay back if the record is the last word on it. Else lease_from stays null, and the next record comes here too.
CREATE OR REPLACE FUNCTION pod_details_lease() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- A time stamp in the future, of a clock that is ahead, confirms a lease only up to the time it was posted.
    seen_at CONSTANT timestamp := least(NEW.time_stamp, NEW.posted_at AT TIME ZONE 'UTC');
    is_same_pod boolean := true;
    previous pod_ip_leases;
    following pod_ip_leases;
    newest pod_ip_leases;
    continues_at timestamp;
    continues_as_end boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        is_same_pod := OLD.pod_namespace IS NOT DISTINCT FROM NEW.pod_namespace;
        IF OLD.pod_namespace <> NEW.pod_namespace AND NOT OLD.ip_released AND OLD.lease_from IS NULL THEN
            SELECT * INTO newest FROM pod_ip_leases
            WHERE pod_name = OLD.pod_name AND pod_namespace = OLD.pod_namespace AND valid_to IS NULL ORDER BY valid_from DESC LIMIT 1;
        END IF;
        -- A null namespace is unknown, and so not a different one.
        IF OLD.pod_namespace <> NEW.pod_namespace AND NOT OLD.ip_released AND (
            OLD.lease_from IS NOT NULL OR (newest.pod_ip, newest.node_name) = (OLD.pod_ip, OLD.node_name))
        THEN
            INSERT INTO pod_namesakes (
                pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels, pod_obj, time_stamp, posted_at, died_at,
                lease_from, lease_to, lease_confirmed_at, lease_ended_by_mark, lease_began_as, pod_obj_digest)
            VALUES (
                OLD.pod_name, OLD.pod_namespace, OLD.pod_ip, OLD.node_name, OLD.is_dead, OLD.pod_identity, OLD.workload_selector_labels, OLD.pod_obj,
                OLD.time_stamp, OLD.posted_at, OLD.died_at,
                OLD.lease_from, OLD.lease_to, OLD.lease_confirmed_at, OLD.lease_ended_by_mark, OLD.lease_began_as, OLD.pod_obj_digest);
        ELSIF newest.id IS NOT NULL THEN
            -- The record came late, and the pod lives at another IP or node, of which only the lease is known.
            INSERT INTO pod_namesakes (
                pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels, time_stamp, posted_at)
            VALUES (
                newest.pod_name, newest.pod_namespace, newest.pod_ip, newest.node_name, false, newest.pod_identity, newest.workload_selector_labels,
                newest.last_confirmed_at, OLD.posted_at);
        ELSIF OLD.lease_from IS NOT NULL THEN
            PERFORM pod_lease_put_aside(
                OLD.pod_name, OLD.pod_namespace, OLD.pod_ip, OLD.node_name, OLD.pod_identity, OLD.workload_selector_labels, OLD.host_network,
                OLD.time_stamp, OLD.posted_at, OLD.lease_from, OLD.lease_to, OLD.lease_confirmed_at, OLD.lease_ended_by_mark, OLD.lease_began_as);
        END IF;
        IF NOT is_same_pod AND (OLD.pod_namespace IS NULL OR NEW.pod_namespace IS NULL) THEN
            UPDATE pod_ip_leases SET valid_to = greatest(valid_from, NEW.time_stamp), last_end_at = greatest(valid_from, NEW.time_stamp)
            WHERE pod_name = OLD.pod_name AND pod_namespace IS NOT DISTINCT FROM OLD.pod_namespace AND valid_to IS NULL;
        END IF;
    END IF;
    IF TG_OP = 'INSERT' OR NOT is_same_pod THEN
        DELETE FROM pod_namesakes WHERE pod_name = NEW.pod_name AND pod_namespace = NEW.pod_namespace; -- a trigger puts its lease aside
    END IF;

    SELECT * INTO previous FROM pod_ip_leases
    WHERE pod_name = NEW.pod_name AND pod_namespace IS NOT DISTINCT FROM NEW.pod_namespace AND valid_from <= NEW.time_stamp
    ORDER BY valid_from DESC, valid_to DESC NULLS FIRST, id DESC LIMIT 1
    FOR UPDATE; -- retention has deleted it already, or skips it

    IF (previous.pod_ip, previous.node_name) = (NEW.pod_ip, NEW.node_name) AND (
        (NEW.ip_released AND (previous.is_end OR previous.last_confirmed_at <= NEW.time_stamp))
        OR (NOT NEW.ip_released AND NOT previous.is_end AND (previous.valid_to IS NULL OR previous.valid_to > NEW.time_stamp)))
    THEN
        -- The record confirms the stay, or ends it.
        IF NEW.ip_released THEN
            UPDATE pod_ip_leases SET
                valid_to = least(valid_to, NEW.time_stamp), last_end_at = greatest(last_end_at, NEW.time_stamp), ended_by_mark = false
            WHERE id = previous.id;
        ELSE
            UPDATE pod_ip_leases SET last_confirmed_at = greatest(last_confirmed_at, seen_at) WHERE id = previous.id;
        END IF;
    ELSIF NEW.ip_released AND previous.last_confirmed_at > NEW.time_stamp THEN
        -- A late end, older than a record that confirmed the stay, belongs to an earlier one.
        NULL;
    ELSE
        -- The record begins another stay, or ends one whose beginning is unknown. It cuts the previous one off; what is known of that one after
        -- the cut is a stay, or an end, of its own.
        IF previous.last_confirmed_at > NEW.time_stamp THEN
            continues_at := previous.last_confirmed_at;
            continues_as_end := previous.valid_to <= continues_at AND previous.last_end_at IS NOT NULL;
        ELSIF previous.last_end_at > NEW.time_stamp THEN
            continues_at := CASE WHEN previous.valid_to > NEW.time_stamp THEN previous.valid_to ELSE previous.last_end_at END;
            continues_as_end := true;
        END IF;
        IF previous.valid_to IS NULL OR previous.valid_to > NEW.time_stamp THEN
            UPDATE pod_ip_leases SET
                valid_to = NEW.time_stamp, last_end_at = NULL, ended_by_mark = false,
                last_confirmed_at = CASE WHEN last_confirmed_at > NEW.time_stamp THEN valid_from ELSE last_confirmed_at END
            WHERE id = previous.id;
        ELSIF continues_at IS NOT NULL THEN
            UPDATE pod_ip_leases SET last_end_at = valid_to WHERE id = previous.id;
        END IF;
        IF continues_at IS NOT NULL THEN
            INSERT INTO pod_ip_leases (
                pod_name, pod_namespace, pod_ip, node_name, pod_identity, workload_selector_labels, host_network,
                valid_from, valid_to, last_confirmed_at, last_end_at, ended_by_mark, is_end)
            VALUES (
                previous.pod_name, previous.pod_namespace, previous.pod_ip, previous.node_name, previous.pod_identity,
                previous.workload_selector_labels, previous.host_network,
                continues_at, CASE WHEN continues_as_end THEN continues_at ELSE previous.valid_to END,
                CASE WHEN NOT continues_as_end THEN continues_at END, previous.last_end_at, previous.ended_by_mark AND NOT continues_as_end,
                continues_as_end);
        END IF;

        SELECT * INTO following FROM pod_ip_leases
        WHERE pod_name = NEW.pod_name AND pod_namespace IS NOT DISTINCT FROM NEW.pod_namespace AND valid_from > NEW.time_stamp
        ORDER BY valid_from, valid_to, id LIMIT 1
        FOR UPDATE;
        IF (following.pod_ip, following.node_name) = (NEW.pod_ip, NEW.node_name) AND (following.is_end OR NOT NEW.ip_released) THEN
            UPDATE pod_ip_leases SET
                valid_from = NEW.time_stamp,
                valid_to = CASE WHEN NEW.ip_released THEN NEW.time_stamp ELSE valid_to END,
                last_confirmed_at = CASE WHEN NOT NEW.ip_released THEN greatest(last_confirmed_at, seen_at) END,
                is_end = NEW.ip_released,
                pod_identity = NEW.pod_identity, workload_selector_labels = NEW.workload_selector_labels, host_network = NEW.host_network
            WHERE id = following.id;
        ELSE
            INSERT INTO pod_ip_leases (
                pod_name, pod_namespace, pod_ip, node_name, pod_identity, workload_selector_labels, host_network,
                valid_from, valid_to, last_confirmed_at, last_end_at, is_end)
            VALUES (
                NEW.pod_name, NEW.pod_namespace, NEW.pod_ip, NEW.node_name, NEW.pod_identity, NEW.workload_selector_labels, NEW.host_network,
                NEW.time_stamp, CASE WHEN NEW.ip_released THEN NEW.time_stamp ELSE following.valid_from END,
                CASE WHEN NOT NEW.ip_released THEN seen_at END, CASE WHEN NEW.ip_released THEN NEW.time_stamp END, NEW.ip_released);
        END IF;

        -- A stay that begins in the future comes from a clock that is ahead: the pod died before it.
        IF NEW.ip_released AND following.valid_to IS NULL THEN
            UPDATE pod_ip_leases SET valid_to = valid_from, last_end_at = valid_from
            WHERE id = following.id AND valid_from > now() AT TIME ZONE 'UTC';
        END IF;
    END IF;

    SELECT * INTO newest FROM pod_ip_leases
    WHERE pod_name = NEW.pod_name AND pod_namespace IS NOT DISTINCT FROM NEW.pod_namespace
    ORDER BY valid_from DESC, valid_to DESC NULLS FIRST, id DESC LIMIT 1;
    IF (newest.pod_ip, newest.node_name) = (NEW.pod_ip, NEW.node_name) AND NOT newest.is_end AND (
        (NEW.ip_released AND newest.last_end_at <= NEW.time_stamp)
        OR (NOT NEW.ip_released AND newest.valid_to IS NULL AND newest.last_confirmed_at <= seen_at))
    THEN
        DELETE FROM pod_ip_leases WHERE id = newest.id;
        UPDATE pod_details SET
            lease_from = newest.valid_from, lease_to = newest.valid_to, lease_ended_by_mark = false,
            lease_confirmed_at = CASE WHEN NEW.ip_released THEN newest.last_confirmed_at END,
            lease_began_as = CASE
                WHEN (newest.pod_identity, newest.workload_selector_labels, newest.host_network)
                    IS DISTINCT FROM (NEW.pod_identity, NEW.workload_selector_labels, NEW.host_network)
                THEN jsonb_build_object(
                    'pod_identity', newest.pod_identity, 'workload_selector_labels', newest.workload_selector_labels, 'host_network', newest.host_network) END
        WHERE pod_name = NEW.pod_name;
    ELSIF NEW.lease_from IS NOT NULL THEN
        UPDATE pod_details SET lease_from = NULL, lease_to = NULL, lease_confirmed_at = NULL, lease_ended_by_mark = false, lease_began_as = NULL
        WHERE pod_name = NEW.pod_name;
    END IF;
    RETURN NULL;
END $$;

COMMENT ON FUNCTION pod_details_lease() IS 'Applies a record to the leases of its pod, at its time stamp, and moves the record of a namesake.';
