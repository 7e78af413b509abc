-- lz4 is faster than the default, but a server may have been built without it.
DO $$ BEGIN
    ALTER TABLE pod_details ALTER COLUMN pod_obj SET COMPRESSION lz4;
    ALTER TABLE pod_namesakes ALTER COLUMN pod_obj SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END $$;
