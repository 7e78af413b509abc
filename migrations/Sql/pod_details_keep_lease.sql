-- Keeps the lease of a row that leaves pod_details or pod_namesakes. Leases have a retention of their own.
CREATE OR REPLACE FUNCTION pod_details_keep_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pod_lease_put_aside(
        OLD.pod_name, OLD.pod_namespace, OLD.pod_ip, OLD.node_name, OLD.pod_identity, OLD.workload_selector_labels, OLD.host_network,
        OLD.time_stamp, OLD.posted_at, OLD.lease_from, OLD.lease_to, OLD.lease_confirmed_at, OLD.lease_ended_by_mark, OLD.lease_began_as);
    RETURN NULL;
END $$;

COMMENT ON FUNCTION pod_details_keep_lease() IS 'Moves the lease of a deleted row to pod_ip_leases.';
