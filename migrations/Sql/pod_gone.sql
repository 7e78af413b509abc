-- Ends the stay of one pod (namespace and name) that the cluster no longer has: its row is marked dead, or leaves pod_namesakes, and its open leases
-- end. Without a moment, they end when the pod was last known to live: when it was last posted, or all pods were last vouched for.
CREATE OR REPLACE FUNCTION pod_gone(name_gone text, namespace_gone text, gone_at timestamp) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    vouched_at CONSTANT timestamp := (SELECT max(seen_at) FROM cluster_watch) AT TIME ZONE 'UTC';
    namesake_ends_at timestamp;
    is_found boolean;
BEGIN
    UPDATE pod_details SET
        is_dead = true, died_at = clock_timestamp(),
        lease_to = CASE WHEN lease_from IS NOT NULL THEN coalesce(
            lease_to, greatest(lease_from, coalesce(gone_at, greatest(posted_at AT TIME ZONE 'UTC', vouched_at)))) END
    WHERE pod_name = name_gone AND pod_namespace IS NOT DISTINCT FROM namespace_gone AND NOT is_dead;
    is_found := FOUND;
    IF NOT is_found THEN
        PERFORM FROM pod_details WHERE pod_name = name_gone FOR UPDATE; -- so that no concurrent post of the name writes leases meanwhile
        DELETE FROM pod_namesakes WHERE pod_name = name_gone AND pod_namespace = namespace_gone
        RETURNING greatest(posted_at AT TIME ZONE 'UTC', vouched_at) INTO namesake_ends_at; -- a trigger puts its lease aside
        is_found := FOUND;
    END IF;
    UPDATE pod_ip_leases SET
        valid_to = greatest(valid_from, coalesce(gone_at, namesake_ends_at, greatest(last_confirmed_at, vouched_at))),
        last_end_at = greatest(valid_from, coalesce(gone_at, namesake_ends_at, greatest(last_confirmed_at, vouched_at)))
    WHERE pod_name = name_gone AND pod_namespace IS NOT DISTINCT FROM namespace_gone AND valid_to IS NULL;
    RETURN is_found;
END $$;

COMMENT ON FUNCTION pod_gone(text, text, timestamp) IS
    'Ends the stay of a pod that the cluster no longer has. Returns whether it was stored alive.';
