using Npgsql;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Infrastructure;

public sealed class MigrationTests
{
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
}
