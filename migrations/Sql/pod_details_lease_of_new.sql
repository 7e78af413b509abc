-- UpsertStatement gives a live pod that no lease is known of its lease itself. Any other new row has its leases written here.
CREATE TRIGGER pod_details_lease_of_new AFTER INSERT ON pod_details FOR EACH ROW
WHEN (NEW.lease_from IS NULL OR NEW.ip_released <> (NEW.lease_to IS NOT NULL))
EXECUTE FUNCTION pod_details_lease();

COMMENT ON TRIGGER pod_details_lease_of_new ON pod_details IS 'Begins the lease of a new pod, unless the statement did.';
