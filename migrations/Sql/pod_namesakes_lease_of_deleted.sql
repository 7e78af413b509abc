CREATE TRIGGER pod_namesakes_lease_of_deleted AFTER DELETE ON pod_namesakes FOR EACH ROW
WHEN (OLD.lease_from IS NOT NULL)
EXECUTE FUNCTION pod_details_keep_lease();

COMMENT ON TRIGGER pod_namesakes_lease_of_deleted ON pod_namesakes IS 'Keeps the lease of a namesake whose record leaves the table.';
