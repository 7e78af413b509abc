-- The extension, part of PostgreSQL's contrib, lets a range and a text share one constraint. The owner of a database may create it.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- The name is an expression, so that no query by name can use this index: the planner takes it for cheaper than ix_pod_ip_leases_name, and it
-- takes eight times as long.
ALTER TABLE pod_ip_leases ADD CONSTRAINT ex_pod_ip_leases_overlap EXCLUDE USING gist (
    substr(pod_name, 1) WITH =, coalesce(pod_namespace, '') WITH =, tsrange(valid_from, valid_to) WITH &&);

COMMENT ON CONSTRAINT ex_pod_ip_leases_overlap ON pod_ip_leases IS 'The leases of one namespace and name never overlap.';
