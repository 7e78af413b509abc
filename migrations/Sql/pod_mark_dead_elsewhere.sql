-- What marking a pod dead means outside its own row, where MarkDeadStatement finds that there is something: open leases in pod_ip_leases, and, with
-- an IP, pods of that name and IP whose row a namesake has taken.
CREATE OR REPLACE FUNCTION pod_mark_dead_elsewhere(name_gone text, ip_gone text, namespace_gone text, is_row_marked boolean) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    marked_at CONSTANT timestamp := clock_timestamp() AT TIME ZONE 'UTC';
    is_found boolean;
BEGIN
    PERFORM FROM pod_details WHERE pod_name = name_gone FOR UPDATE; -- so that no concurrent post of the name writes leases meanwhile
    DELETE FROM pod_namesakes WHERE pod_name = name_gone AND pod_ip = ip_gone; -- a trigger puts their leases aside
    is_found := FOUND;
    UPDATE pod_ip_leases SET
        valid_to = greatest(valid_from, marked_at), ended_by_mark = ip_gone IS NOT NULL,
        last_end_at = CASE WHEN ip_gone IS NULL THEN greatest(valid_from, marked_at) END
    WHERE pod_name = name_gone AND valid_to IS NULL
        AND CASE WHEN ip_gone IS NULL THEN is_row_marked AND pod_namespace IS NOT DISTINCT FROM namespace_gone ELSE pod_ip = ip_gone END;
    RETURN is_found;
END $$;

COMMENT ON FUNCTION pod_mark_dead_elsewhere(text, text, text, boolean) IS
    'Ends open leases in pod_ip_leases, and deletes namesakes of a name and IP. Returns whether there was a namesake.';
