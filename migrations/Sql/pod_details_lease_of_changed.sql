-- Unchanged re-posts, the most frequent writes, skip the function. The last condition is the first end that is posted after a mark: it says when
-- the pod really ended. Later posts repeat that end.
CREATE TRIGGER pod_details_lease_of_changed AFTER UPDATE OF time_stamp ON pod_details FOR EACH ROW
WHEN ((OLD.pod_namespace, OLD.pod_ip, OLD.node_name, OLD.ip_released)
        IS DISTINCT FROM (NEW.pod_namespace, NEW.pod_ip, NEW.node_name, NEW.ip_released)
    OR NEW.time_stamp < OLD.time_stamp OR NOT OLD.lease_settled OR (NEW.ip_released AND OLD.died_at > OLD.posted_at))
EXECUTE FUNCTION pod_details_lease();

COMMENT ON TRIGGER pod_details_lease_of_changed ON pod_details IS
    'Updates the leases when the namespace, IP, node or end of a pod changes, and after late posts.';
