namespace PodMetadata.Tests.Bench;

/// <summary>The ended leases of the 30 days before the pods of a subject were first seen.</summary>
internal static class LeaseHistory
{
    public static async Task AddAsync(Subject subject, int leases)
    {
        await subject.SqlAsync(Insert(subject.Pods, leases));
        await subject.SqlAsync("VACUUM ANALYZE pod_ip_leases");
        // A new index is on disk only. A post reads a page of this one, which after hours of posts is in memory.
        await subject.SqlAsync("CREATE EXTENSION IF NOT EXISTS pg_prewarm; SELECT pg_prewarm('ix_pod_ip_leases_name')");
        Assert.That(await subject.SqlAsync("SELECT count(*) FROM pod_ip_leases"), Is.EqualTo(leases));
    }

    // Every IP has had one holder after the other, each for 10 hours: of 10 million leases each of 150,000 IPs has 67. Most pods get a new name
    // when they are replaced, as those of a Deployment do; one in ten keeps its name, as those of a StatefulSet do, and is posted and looked up
    // with its earlier leases. New pods have none: a pod that returns to its name is not new, because dead pods are kept as long as leases.
    //
    // The index of the overlap constraint takes PostgreSQL 15 longer to build and check on 10 million rows than all else in this part, and no
    // measured statement reads or writes it. So the constraint is restored for the leases that are yet to come.
    private static string Insert(int pods, int leases) => $"""
        SET maintenance_work_mem = '1GB';
        DO $$
        DECLARE
            past CONSTANT timestamp := '2026-03-31';
            definitions CONSTANT text := (
                SELECT string_agg(definition, '; ') FROM (
                    SELECT format('ALTER TABLE pod_ip_leases ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
                        || CASE contype WHEN 'x' THEN format(' WHERE (valid_from >= %L)', past + interval '31 days') ELSE '' END
                    FROM pg_constraint WHERE conrelid = 'pod_ip_leases'::regclass AND conindid <> 0
                    UNION ALL
                    SELECT pg_get_indexdef(indexrelid) FROM pg_index
                    WHERE indrelid = 'pod_ip_leases'::regclass AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)) AS dropped (definition));
        BEGIN
            EXECUTE (
                SELECT 'ALTER TABLE pod_ip_leases ' || string_agg(format('DROP CONSTRAINT %I', conname), ', ')
                FROM pg_constraint WHERE conrelid = 'pod_ip_leases'::regclass AND conindid <> 0);
            EXECUTE (SELECT 'DROP INDEX ' || string_agg(indexrelid::regclass::text, ', ') FROM pg_index WHERE indrelid = 'pod_ip_leases'::regclass);

            INSERT INTO pod_ip_leases (
                pod_name, pod_namespace, pod_ip, node_name, pod_identity, workload_selector_labels, host_network,
                valid_from, valid_to, last_confirmed_at, last_end_at)
            SELECT
                CASE WHEN id % 10 = 0 THEN pod_name ELSE pod_name || '-' || turn END, pod_namespace,
                '10.' || ip / 65536 || '.' || ip / 256 % 256 || '.' || ip % 256, 'node-' || ip / 30, pod_identity, workload_selector_labels, false,
                began, began + interval '10 hours', began + interval '599 minutes', began + interval '10 hours'
            FROM (
                SELECT
                    n * 7919 % {pods} + 1 AS id, n / {pods} AS turn, (n * 7919 + n / {pods}) % {pods} + 1 AS ip,
                    past + interval '30 days' * (n::float8 / {leases}) AS began
                FROM generate_series(0, {leases}::bigint - 1) AS n) AS holders
            JOIN pod_details ON pod_name = 'pod-' || id;

            EXECUTE definitions;
        END $$
        """;
}
