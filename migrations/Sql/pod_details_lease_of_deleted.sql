CREATE TRIGGER pod_details_lease_of_deleted AFTER DELETE ON pod_details FOR EACH ROW
WHEN (OLD.lease_from IS NOT NULL)
EXECUTE FUNCTION pod_details_keep_lease();

COMMENT ON TRIGGER pod_details_lease_of_deleted ON pod_details IS 'Keeps the lease of a pod whose row is deleted.';
