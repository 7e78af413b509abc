-- Marks the pod of a name dead, and ends its lease at the database's clock. With an IP, only a pod with that IP is marked, and the open leases of
-- that name and IP end in every namespace, because a namesake may have taken the row.
-- The update leaves time_stamp alone, so the lease trigger does not run.
-- A statement sees the rows as they were when it began. So the row is locked first, whatever its IP: a concurrent write of it commits before, and
-- the statements that follow see what it wrote.
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
    UPDATE pod_ip_leases SET valid_to = greatest(valid_from, clock_timestamp() AT TIME ZONE 'UTC'), ended_by_mark = ip_gone IS NOT NULL
    WHERE pod_name = name_gone AND valid_to IS NULL
        AND CASE
            WHEN ip_gone IS NULL THEN marked > 0 AND pod_namespace IS NOT DISTINCT FROM namespace_gone
            ELSE pod_ip = ip_gone::inet END
        AND (is_locked OR NOT EXISTS (SELECT FROM pod_details AS posted_since WHERE posted_since.pod_name = name_gone));
    RETURN marked;
END $$;

COMMENT ON FUNCTION pod_mark_dead(text, text) IS 'Marks the pod of a name, and of an IP unless it is null, dead. Returns how many rows matched: 1 or 0.';
