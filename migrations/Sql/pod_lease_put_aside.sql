-- Inserts the lease of a row of pod_details or pod_namesakes into pod_ip_leases. A record that said the end has lease_confirmed_at; without it, the
-- record's time stamp is the last one that confirmed the lease.
CREATE OR REPLACE FUNCTION pod_lease_put_aside(
    name text, namespace text, ip text, node text, identity text, selector_labels jsonb, on_host_network boolean, stamp timestamp,
    posted timestamptz, began_at timestamp, ended_at timestamp, confirmed_at timestamp, by_mark boolean, began_as jsonb)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO pod_ip_leases (
        pod_name, pod_namespace, pod_ip, node_name, pod_identity, workload_selector_labels, host_network,
        valid_from, valid_to, last_confirmed_at, last_end_at, ended_by_mark)
    VALUES (
        name, namespace, ip, node,
        CASE WHEN began_as IS NULL THEN identity ELSE began_as ->> 'pod_identity' END,
        CASE WHEN began_as IS NULL THEN selector_labels ELSE nullif(began_as -> 'workload_selector_labels', 'null') END,
        CASE WHEN began_as IS NULL THEN on_host_network ELSE (began_as ->> 'host_network')::boolean END,
        began_at, ended_at, coalesce(confirmed_at, least(stamp, posted AT TIME ZONE 'UTC')),
        CASE WHEN confirmed_at IS NOT NULL THEN greatest(ended_at, stamp) WHEN NOT by_mark THEN ended_at END, by_mark)
$$;

COMMENT ON FUNCTION pod_lease_put_aside(text, text, text, text, text, jsonb, boolean, timestamp, timestamptz, timestamp, timestamp, timestamp, boolean, jsonb)
    IS 'Inserts the lease of a row of pod_details or pod_namesakes into pod_ip_leases.';
