using PodMetadata.Infrastructure;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>How PostgreSQL answers the store's own queries on 50,000 rows.</summary>
public sealed class QueryPlanTests
{
    private Service service = null!;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        service = await Service.StartAsync();
        await service.SqlAsync("""
            INSERT INTO pod_details (pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_obj, time_stamp)
            SELECT 'pod-' || i, 'ns-' || i % 100, format('10.%s.%s.%s', i % 3, i / 250 % 200, i % 250), 'node-' || i % 500, i % 5 = 0,
                   jsonb_build_object('spec', jsonb_build_object('hostNetwork', i % 7 = 0)), timestamp '2026-01-01' + i * interval '1 second'
            FROM generate_series(1, 50000) AS i;
            ANALYZE pod_details
            """);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await service.DisposeAsync();

    [Test]
    public async Task A_name_is_looked_up_by_the_primary_key() =>
        AssertUses("pk_pod_details", await ExplainAsync(PodStore.SelectByName.Replace("@pod_name", "'pod-4711'", StringComparison.Ordinal)));

    [Test]
    public async Task An_ip_is_looked_up_by_its_index_in_the_index_order() =>
        AssertUses("ix_pod_details_ip", await ExplainAsync(PodStore.SelectByIp.Replace("@pod_ip", "'10.1.7.17'", StringComparison.Ordinal)));

    [Test]
    public async Task A_nodes_live_pods_are_read_from_their_index_in_the_index_order() =>
        AssertUses("ix_pod_details_node_live", await ExplainAsync(PodStore.SelectLiveByNode.Replace("@node_name", "'node-17'", StringComparison.Ordinal)));

    [Test]
    public async Task All_pods_are_read_in_the_order_of_their_index() =>
        AssertUses("ix_pod_details_listing", await ExplainAsync(PodStore.SelectAll));

    private async Task<string> ExplainAsync(string query) =>
        (string)(await service.SqlAsync($"SET random_page_cost = 1.1; EXPLAIN (FORMAT JSON) {query}"))!;

    private static void AssertUses(string index, string plan)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan, Does.Contain($"\"{index}\""));
            Assert.That(plan, Does.Not.Contain("Seq Scan").And.Not.Contain("Sort\""));
        }
    }
}
