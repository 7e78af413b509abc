using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>docs/schema.md shows the schema that the migrations create.</summary>
public sealed class SchemaPageTests
{
    private const string Introduction = """
        # The schema

        The migrations create it, and a test keeps this page in step with it. The comments come from the configuration classes in `PodMetadata.Infrastructure/Schema` and from `migrations/Sql`; in `psql`, `\d+` shows them.

        """;

    // The sections, in order: a table has the comments of its columns and its indexes; then come the constraints, triggers and functions.
    private const string Page = """
        WITH tables (name, oid) AS (VALUES ('cluster_watch', 'cluster_watch'::regclass), ('pod_details', 'pod_details'::regclass), ('pod_ip_leases', 'pod_ip_leases'::regclass), ('pod_namesakes', 'pod_namesakes'::regclass)),
        lines (section, place, part, text) AS (
            SELECT name, 1, '', format(E'\n## Table `%s`\n\n%s\n\n| Column | Type | Null | Meaning |\n|---|---|---|---|', name, obj_description(oid, 'pg_class')) FROM tables
            UNION ALL SELECT name, 2, to_char(attnum, '000'), format('| `%s` | %s%s | %s | %s |', attname, format_type(atttypid, atttypmod),
                CASE WHEN attgenerated <> '' THEN ', generated' END, CASE WHEN attnotnull THEN 'no' ELSE 'yes' END, col_description(attrelid, attnum))
            FROM tables JOIN pg_attribute ON attrelid = oid WHERE attnum > 0 AND NOT attisdropped
            UNION ALL SELECT name, 3, '', E'\n| Index | On | Serves |\n|---|---|---|' FROM tables
            UNION ALL SELECT name, 4, relname, format('| `%s` | `%s` | %s |', relname, substring(pg_get_indexdef(indexrelid) FROM ' USING (.*)'), obj_description(indexrelid, 'pg_class'))
            FROM tables JOIN pg_index ON indrelid = tables.oid JOIN pg_class ON pg_class.oid = indexrelid
            UNION ALL SELECT 'w', 1, '', E'\n## Constraints\n\n| Constraint | On | Definition |\n|---|---|---|'
            UNION ALL SELECT 'w', 2, conname, format('| `%s` | `%s` | `%s` |', conname, name, pg_get_constraintdef(pg_constraint.oid))
            FROM tables JOIN pg_constraint ON conrelid = tables.oid AND contype <> 'n' -- PostgreSQL 18 names NOT NULL constraints too
            UNION ALL SELECT 'x', 1, '', E'\n## Triggers\n\n| Trigger | On | Purpose |\n|---|---|---|'
            UNION ALL SELECT 'x', 2, tgname, format('| `%s` | `%s` | %s |', tgname, name, obj_description(pg_trigger.oid, 'pg_trigger'))
            FROM tables JOIN pg_trigger ON tgrelid = tables.oid WHERE NOT tgisinternal
            UNION ALL SELECT 'y', 1, '', E'\n## Functions\n\n| Function | Purpose |\n|---|---|'
            UNION ALL SELECT 'y', 2, proname, format('| [`%s`](../migrations/Sql/%s.sql) | %s |', oid::regprocedure, proname, obj_description(oid, 'pg_proc'))
            FROM pg_proc WHERE proname LIKE 'pod\_%'
        )
        SELECT string_agg(text, E'\n' ORDER BY section COLLATE "C", place, part COLLATE "C") FROM lines
        """;

    [Test]
    public async Task The_page_shows_the_schema()
    {
        await using Service service = await Service.StartAsync();
        string expected = $"{Introduction}{await service.SqlAsync(Page)}\n".Replace("\n\n\n", "\n\n", StringComparison.Ordinal);
        string written = Path.Combine(TestDatabase.Root, ".local", "schema.md");
        await File.WriteAllTextAsync(written, expected);
        Assert.That(await File.ReadAllTextAsync(Path.Combine(TestDatabase.Root, "docs", "schema.md")), Is.EqualTo(expected), "cp .local/schema.md docs/schema.md");
        Assert.That(expected, Does.Not.Contain("|  |"), "everything has a comment");
    }
}
