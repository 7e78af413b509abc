CREATE TRIGGER pod_details_forget_digest_of_changed AFTER UPDATE OF pod_obj ON pod_details FOR EACH ROW
WHEN (OLD.pod_obj_digest = NEW.pod_obj_digest AND OLD.pod_obj IS DISTINCT FROM NEW.pod_obj)
EXECUTE FUNCTION pod_details_forget_digest();

COMMENT ON TRIGGER pod_details_forget_digest_of_changed ON pod_details IS 'Clears the digest when a manifest changes and its digest does not.';
