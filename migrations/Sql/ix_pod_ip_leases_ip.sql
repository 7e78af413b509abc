-- EF Core cannot express the last column. It is checked in the index, so that only leases that match are read from the table. A GiST index with
-- a range reads less of a very long history, but takes ten times as long for a short one.
CREATE INDEX ix_pod_ip_leases_ip ON pod_ip_leases (pod_ip, valid_from, coalesce(valid_to, 'infinity'));
