CREATE TRIGGER pod_details_lease_of_new AFTER INSERT ON pod_details FOR EACH ROW EXECUTE FUNCTION pod_details_lease();

COMMENT ON TRIGGER pod_details_lease_of_new ON pod_details IS 'Begins the lease of a new pod.';
