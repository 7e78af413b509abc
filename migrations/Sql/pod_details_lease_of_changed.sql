-- UpsertStatement and TouchStatement keep the lease of a record that repeats the last one, or ends it, in the row itself. Whatever else happens to a
-- row comes here. The last condition is the first end that is posted after a mark: it says when the pod really ended.
CREATE TRIGGER pod_details_lease_of_changed AFTER UPDATE OF time_stamp ON pod_details FOR EACH ROW
WHEN (NEW.lease_from IS NULL OR NEW.ip_released <> (NEW.lease_to IS NOT NULL) OR NEW.time_stamp < OLD.time_stamp
    OR (OLD.pod_namespace, OLD.pod_ip, OLD.node_name) IS DISTINCT FROM (NEW.pod_namespace, NEW.pod_ip, NEW.node_name)
    OR (NEW.ip_released AND OLD.died_at > OLD.posted_at))
EXECUTE FUNCTION pod_details_lease();

COMMENT ON TRIGGER pod_details_lease_of_changed ON pod_details IS
    'Updates the leases when the namespace, IP or node of a pod changes, when it lives again, and after late posts.';
