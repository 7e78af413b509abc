-- Clears the digest of a manifest that was written without one, by hand for example, so that the next post writes it again.
-- After the update, not before it: with a BEFORE trigger the server would compute all stored generated columns again at every update.
CREATE OR REPLACE FUNCTION pod_details_forget_digest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pod_details SET pod_obj_digest = NULL WHERE pod_name = NEW.pod_name;
    RETURN NULL;
END $$;

COMMENT ON FUNCTION pod_details_forget_digest() IS 'Clears the digest of a row.';
