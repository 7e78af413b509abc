using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using PodMetadata.Infrastructure.Schema;
using PodMetadata.Tests.Api;
using PodMetadata.Tests.Faults;

namespace PodMetadata.Tests.Infrastructure;

[Parallelizable]
public sealed class MigrationTests
{
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
    public async Task A_database_that_the_service_creates_is_in_UTF8_whatever_the_server_s_template_is_in()
    {
        Cluster cluster = new("latin1");
        try
        {
            await cluster.StartAsync();
            await cluster.SqlAsync("UPDATE pg_database SET datistemplate = false WHERE datname = 'template1'");
            await cluster.SqlAsync("DROP DATABASE template1");
            await cluster.SqlAsync("CREATE DATABASE template1 IS_TEMPLATE true ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
            NpgsqlConnectionStringBuilder missing = new(cluster.ConnectionString) { Database = "named \"anew\"" };
            await using Service service = await Service.StartAsync(missing.ConnectionString);
            Assert.That(await service.SqlAsync("SELECT current_setting('server_encoding')"), Is.EqualTo("UTF8"));
        }
        finally
        {
            await cluster.RemoveAsync();
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
            + "posted_at timestamp with time zone NO, died_at timestamp with time zone YES, lease_from timestamp without time zone YES, lease_to timestamp without time zone YES, "
            + "lease_confirmed_at timestamp without time zone YES, lease_ended_by_mark boolean NO, lease_began_as jsonb YES, pod_obj_digest bytea YES"));
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
    public async Task A_database_of_a_version_before_1_0_is_refused_with_advice_and_left_as_it_is()
    {
        string database = await TestDatabase.CreateAsync();
        await SqlAsync(database, """
            CREATE TABLE "__EFMigrationsHistory" ("MigrationId" varchar(150) PRIMARY KEY, "ProductVersion" varchar(32) NOT NULL);
            INSERT INTO "__EFMigrationsHistory" VALUES ('20261124021706_CreatePodDetails', '10.0.0');
            CREATE TABLE pod_details (pod_name text PRIMARY KEY);
            INSERT INTO pod_details VALUES ('web-0')
            """);
        await using Service service = await Service.StartAsync(database, waitUntilReady: false);
        await service.WaitForAsync(
            "/readyz",
            HttpStatusCode.ServiceUnavailable,
            "whose first migration is 20261124021706_CreatePodDetails. Remove it (scripts/postgres remove), or dump its rows and load them into a new database.");
        Assert.That(await SqlAsync(database, "SELECT string_agg(pod_details::text, ' ') FROM pod_details"), Is.EqualTo("(web-0)"));
    }

    private static PodMetadataDbContext Context(string database) =>
        new(new DbContextOptionsBuilder<PodMetadataDbContext>()
            .UseNpgsql(database, npgsql => npgsql.MigrationsAssembly(PodMetadataDbContext.MigrationsAssembly)).Options);

    private static async Task<object?> SqlAsync(string database, string sql)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
