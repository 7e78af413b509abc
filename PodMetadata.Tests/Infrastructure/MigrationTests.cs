using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Npgsql;
using PodMetadata.Domain;
using PodMetadata.Infrastructure;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Infrastructure;

public sealed class MigrationTests
{
    private const string BeforeDigests = "AddDiedAt";
    private const string StorageIs = """
        SELECT concat_ws(' ', array_to_string(reloptions, ' '), attcompression)
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'pod_obj' WHERE relname = 'pod_details'
        """;

    [TestCase("")]
    [TestCase("_missing")]
    public async Task Eight_instances_that_start_at_once_on_an_empty_or_missing_database_all_serve(string suffix)
    {
        NpgsqlConnectionStringBuilder connection = new(await TestDatabase.CreateAsync());
        connection.Database += suffix;
        string database = connection.ConnectionString;
        Service[] services = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Service.StartAsync(database))));
        foreach (Service service in services)
        {
            await service.UpsertAsync(PodJson.With());
            Assert.That(service.Warnings(), Has.None.Contains("database"));
            await service.DisposeAsync();
        }
    }

    [Test]
    public async Task The_schema_has_the_types_and_collations_that_the_contract_names()
    {
        await using Service service = await Service.StartAsync();
        object? columns = await service.SqlAsync("""
            SELECT string_agg(concat_ws(' ', column_name, data_type, collation_name, is_nullable), ', ' ORDER BY ordinal_position)
            FROM information_schema.columns WHERE table_name = 'pod_details' AND is_generated = 'NEVER'
            """);
        Assert.That(columns, Is.EqualTo(
            "pod_name text C NO, pod_namespace text C YES, pod_ip text C NO, node_name text C NO, is_dead boolean NO, pod_identity text C YES, "
            + "workload_selector_labels jsonb YES, pod_obj jsonb YES, time_stamp timestamp without time zone NO, "
            + "died_at timestamp with time zone YES, pod_obj_digest bytea YES, leased boolean NO, posted_at timestamp with time zone NO"));
    }

    [Test]
    public async Task Pages_keep_room_for_re_posts_and_manifests_are_compressed_with_lz4_where_the_server_has_it()
    {
        await using Service service = await Service.StartAsync();
        object? hasLz4 = await service.SqlAsync("SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression'");
        Assert.That(await service.SqlAsync(StorageIs), Is.EqualTo(hasLz4 is true ? "fillfactor=80 l" : "fillfactor=80 "));
    }

    // What `dotnet ef migrations script` prints, for those whose databases no service may migrate.
    [TestCase(MigrationsSqlGenerationOptions.Script)]
    [TestCase(MigrationsSqlGenerationOptions.Script | MigrationsSqlGenerationOptions.Idempotent)]
    public async Task The_migrations_script_makes_the_schema_and_unmakes_it(MigrationsSqlGenerationOptions options)
    {
        string database = await TestDatabase.CreateAsync();
        await using PodMetadataDbContext context = Context(database);
        IMigrator migrator = context.GetService<IMigrator>();
        await SqlAsync(database, migrator.GenerateScript(options: options));
        Assert.That(await context.Database.GetPendingMigrationsAsync(), Is.Empty);
        await using (Service service = await Service.StartAsync(database))
        {
            await service.UpsertAsync(PodJson.With());
            Assert.That(await service.MarkDeadAsync("""{ "pod_name": "web-0" }"""), Is.EqualTo("0"));
        }

        await SqlAsync(database, migrator.GenerateScript(context.Database.GetMigrations().Last(), Migration.InitialDatabase, options));
        Assert.That(await SqlAsync(database, "SELECT to_regclass('pod_details')::text"), Is.EqualTo(DBNull.Value));
    }

    [Test]
    public async Task Pods_from_before_there_were_digests_are_served_and_posted_again()
    {
        string database = await TestDatabase.CreateAsync();
        await MigrateAsync(database, BeforeDigests);
        JsonArray pods = Pods();
        await SqlAsync(database, $"""
            INSERT INTO pod_details ({PodReader.Columns}, died_at)
            SELECT {PodReader.Columns}, CASE WHEN is_dead THEN timestamptz '2026-05-12 10:40Z' END
            FROM jsonb_populate_recordset(NULL::pod_details, '{pods.ToJsonString()}')
            """);

        await using Service service = await Service.StartAsync(database);
        Assert.That(await service.GetAsync("/pod/info"), Json.EqualTo(pods));
        object? died = await service.SqlAsync("SELECT died_at FROM pod_details WHERE is_dead");
        pods[0]!["pod_obj"] = new JsonObject { ["of"] = "another" };
        using MetricCollector<long> upserts = new(service.Services.GetRequiredService<IMeterFactory>(), PodMetrics.MeterName, "pod_metadata.upserts");
        foreach (string timeStamp in new[] { "2026-05-12T10:41:00", "2026-05-12T10:42:00" })
        {
            foreach (JsonNode? pod in pods)
            {
                pod!["time_stamp"] = timeStamp;
                Assert.That(await service.UpsertAsync(pod), Json.EqualTo(pod));
            }

            Assert.That(await service.GetAsync("/pod/info"), Json.EqualTo(pods));
        }

        // The first time the digests are learnt; the pod without a manifest has none to learn.
        Assert.That(
            upserts.GetMeasurementSnapshot().Select(upsert => upsert.Tags["outcome"]),
            Is.EqualTo(new[] { "replaced", "unchanged", "replaced", "unchanged", "unchanged", "unchanged" }));
        Assert.That(await service.SqlAsync("SELECT died_at FROM pod_details WHERE is_dead"), Is.EqualTo(died).And.Not.EqualTo(DBNull.Value));
    }

    [Test]
    public async Task Pods_survive_the_way_back_to_before_digests_and_up_again()
    {
        const string Rows = $"SELECT string_agg(ROW({PodReader.Columns}, died_at)::text, ' ' ORDER BY pod_name) FROM pod_details";
        string database = await TestDatabase.CreateAsync();
        JsonArray pods = Pods();
        await using (Service before = await Service.StartAsync(database))
        {
            foreach (JsonNode? pod in pods)
            {
                await before.UpsertAsync(pod!);
            }
        }

        object? rows = await SqlAsync(database, Rows);
        object? storage = await SqlAsync(database, StorageIs);
        await MigrateAsync(database, BeforeDigests);
        Assert.That(await SqlAsync(database, Rows), Is.EqualTo(rows));
        Assert.That(((string)(await SqlAsync(database, StorageIs))!).Trim(), Is.Empty);
        await MigrateAsync(database);
        Assert.That(await SqlAsync(database, Rows), Is.EqualTo(rows));
        Assert.That(await SqlAsync(database, StorageIs), Is.EqualTo(storage));

        await using Service after = await Service.StartAsync(database);
        foreach (JsonNode? pod in pods)
        {
            Assert.That(await after.UpsertAsync(pod!), Json.EqualTo(pod!));
        }

        Assert.That(await after.GetAsync("/pod/info"), Json.EqualTo(pods));
    }

    [Test]
    public async Task Pods_dead_before_their_death_had_a_moment_are_kept_for_the_whole_time_from_then()
    {
        string database = await TestDatabase.CreateAsync();
        await MigrateAsync(database, "CreatePodDetails");
        await SqlAsync(database, """
            INSERT INTO pod_details (pod_name, pod_ip, node_name, is_dead, time_stamp)
            VALUES ('live', '10.0.0.1', 'n1', false, '2026-01-01'), ('dead', '10.0.0.2', 'n1', true, '2026-01-01')
            """);
        await MigrateAsync(database);
        Assert.That(
            await SqlAsync(database, "SELECT string_agg(pod_name || ' ' || coalesce((now() - died_at < interval '1 minute')::text, 'null'), ', ' ORDER BY pod_name) FROM pod_details"),
            Is.EqualTo("dead true, live null"));
    }

    [Test]
    public async Task Nobody_guesses_who_had_an_ip_before_leases_were_kept()
    {
        string database = await TestDatabase.CreateAsync();
        await MigrateAsync(database, "DigestFollowsManifest");
        await SqlAsync(database, $"""
            INSERT INTO pod_details (pod_name, pod_namespace, pod_ip, node_name, is_dead, time_stamp) VALUES ('web-0', 'a', '10.0.0.1', 'n1', false, '{Moments.At(0)}')
            """);
        await using Service service = await Service.StartAsync(database);
        string now = (string)(await service.SqlAsync("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"))!;
        using HttpResponseMessage answer = await service.PostAsync("/pod/resolve", $$"""
            [{ "ip": "10.0.0.1", "at": "{{Moments.At(10)}}" }, { "ip": "10.0.0.2", "at": "{{Moments.At(10)}}" }, { "ip": "10.0.0.1", "at": "{{now}}" }, { "ip": "10.0.0.1" }]
            """);
        Assert.That(
            JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray().Select(found => $"{found!["match"]} {found["pod"]?["pod_name"]}"),
            Is.EqualTo(new[] { "forgotten ", "forgotten ", "unique web-0", "unique web-0" }));
    }

    [Test]
    public async Task Leases_survive_the_way_back_to_how_they_followed_pods_first_and_up_again()
    {
        const string Leases = "SELECT string_agg(concat_ws(' ', id, pod_name, pod_namespace, pod_ip, node_name, valid_from, valid_to), ', ' ORDER BY id) FROM pod_ip_leases";
        string database = await TestDatabase.CreateAsync();
        await using (Service before = await Service.StartAsync(database))
        {
            await before.UpsertAsync(Moments.Pod(1, "10.0.0.1"));
        }

        object? leases = await SqlAsync(database, Leases);
        await MigrateAsync(database, "AddLeases");
        await SqlAsync(database, $"UPDATE pod_details SET pod_namespace = NULL, time_stamp = '{Moments.At(2)}'");
        Assert.That(await SqlAsync(database, "SELECT count(*) FROM pod_ip_leases WHERE valid_to IS NULL"), Is.EqualTo(2), "as it was");
        await SqlAsync(database, "DELETE FROM pod_ip_leases WHERE pod_namespace IS NULL");
        await SqlAsync(database, "UPDATE pod_details SET pod_namespace = 'a'");
        await MigrateAsync(database);
        Assert.That(await SqlAsync(database, Leases), Is.EqualTo(leases));
    }

    [Test]
    public async Task Leases_that_were_left_open_are_ended()
    {
        string database = await TestDatabase.CreateAsync();
        await MigrateAsync(database, "AddLeases");
        await SqlAsync(database, """
            INSERT INTO pod_details (pod_name, pod_namespace, pod_ip, node_name, is_dead, time_stamp) VALUES
                ('known', NULL, '10.0.0.1', 'n1', false, '2026-01-01'), ('dead', 'a', '10.0.0.2', 'n1', false, '2026-01-01'),
                ('taken', 'a', '10.0.0.3', 'n1', false, '2026-01-01'), ('live', 'a', '10.0.0.4', 'n1', false, '2026-01-01');
            UPDATE pod_details SET pod_namespace = 'a', time_stamp = '2026-01-02' WHERE pod_name = 'known';
            UPDATE pod_details SET pod_namespace = 'b', time_stamp = '2026-01-02' WHERE pod_name = 'taken';
            UPDATE pod_details SET is_dead = true, died_at = '2026-01-02Z' WHERE pod_name = 'dead';
            UPDATE pod_ip_leases SET valid_to = NULL WHERE pod_name = 'dead'
            """);
        await MigrateAsync(database);
        Assert.That(
            await SqlAsync(database, "SELECT string_agg(concat_ws(' ', pod_name, pod_namespace, valid_to::date), ', ' ORDER BY pod_name, pod_namespace) FROM pod_ip_leases"),
            Is.EqualTo("dead a 2026-01-02, known a, known 2026-01-02, live a, taken a, taken b"));
    }

    [Test]
    public async Task Leases_are_settled_beside_one_who_writes()
    {
        string database = await TestDatabase.CreateAsync();
        await MigrateAsync(database, "AddLeases");
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync();
        await using NpgsqlTransaction writing = await connection.BeginTransactionAsync();
        await using NpgsqlCommand write = new("UPDATE pod_details SET is_dead = true", connection, writing);
        await write.ExecuteNonQueryAsync();
        Task migrating = MigrateAsync(database);
        await Wait.UntilAsync(async () => await SqlAsync(database, "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database WHERE NOT granted AND datname = current_database()") is > 0L);
        write.CommandText = "UPDATE pod_ip_leases SET is_marked = true";
        await write.ExecuteNonQueryAsync();
        await writing.CommitAsync();
        await migrating;
    }

    /// <summary>A live pod, one without a manifest, and a dead one, as a listing has them.</summary>
    private static JsonArray Pods() =>
    [
        PodJson.With("""{ "pod_name": "pod-0" }"""),
        PodJson.With("""{ "pod_name": "pod-1", "pod_obj": null, "pod_identity": null, "workload_selector_labels": null }"""),
        PodJson.With("""{ "pod_name": "pod-2", "is_dead": true }"""),
    ];

    /// <summary>Migrates a database that no service uses, up or down; without a name, to the newest.</summary>
    private static async Task MigrateAsync(string database, string? migration = null)
    {
        await using PodMetadataDbContext context = Context(database);
        await context.GetService<IMigrator>().MigrateAsync(migration);
    }

    private static PodMetadataDbContext Context(string database) =>
        new(new DbContextOptionsBuilder<PodMetadataDbContext>()
            .UseNpgsql(database, npgsql => npgsql.MigrationsAssembly(PodStoreServices.MigrationsAssembly)).Options);

    private static async Task<object?> SqlAsync(string database, string sql)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
