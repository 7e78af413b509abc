-- PostgreSQL's default is that of a spinning disk. With it, small listings are sorted instead of read in index order. It is a setting of the
-- database, because a pooler may refuse settings of a connection. Only the owner may change it; without it, listings are slower.
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET random_page_cost = 1.1', current_database());
EXCEPTION WHEN insufficient_privilege THEN
    NULL;
END $$;
