using System.Text.RegularExpressions;
using PodMetadata.Domain;
using PodMetadata.Infrastructure;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>How PostgreSQL answers the store's own queries on 50,000 rows.</summary>
public sealed partial class QueryPlanTests
{
    private Service service = null!;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        service = await Service.StartAsync();
        await service.SqlAsync("""
            INSERT INTO pod_details (pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_obj, time_stamp)
            SELECT 'pod-' || i, 'ns-' || i % 100, format('10.%s.%s.%s', i % 3, i / 250 % 200, i % 250), 'node-' || i % 500, i % 5 = 0,
                   jsonb_build_object('spec', jsonb_build_object('hostNetwork', i % 7 = 0), 'metadata', jsonb_build_object('labels', jsonb_build_object('app', 'app-' || i % 1000))), timestamp '2026-01-01' + i * interval '1 second'
            FROM generate_series(1, 50000) AS i;
            ANALYZE pod_details, pod_ip_leases
            """);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await service.DisposeAsync();

    [Test]
    public async Task Names_are_looked_up_by_the_primary_key() =>
        AssertUses("pk_pod_details", await ExplainAsync(PodSql.SelectByNames, ("pod_name", "ARRAY['pod-4711', 'pod-4712']")));

    [Test]
    public async Task Ips_are_looked_up_by_their_index_and_only_pods_of_one_ip_are_sorted()
    {
        string plan = await ExplainAsync(PodSql.SelectByIps, ("pod_ip", "ARRAY['10.1.7.17', '10.2.7.17']"), ("stale_after", "interval '5 minutes'"));
        Assert.That(plan, Does.Contain("\"ix_pod_details_ip\"").And.Contain("\"Presorted Key\": [\"pod_details.ip_released\", \"pod_details.host_network\"]"));
        Assert.That(plan, Does.Not.Contain("Seq Scan"));
    }

    [Test]
    public async Task A_nodes_live_pods_are_read_from_their_index_in_the_index_order() =>
        AssertUses("ix_pod_details_node_live", await ExplainAsync(new PodListing(new PodQuery { NodeName = "", Live = true }).Text, ("node_name", "'node-17'")));

    [Test]
    public async Task All_pods_are_read_in_the_order_of_their_index() =>
        AssertUses("ix_pod_details_listing", await ExplainAsync(new PodListing(new PodQuery()).Text));

    [Test]
    public async Task Labels_with_a_value_are_looked_up_by_their_index()
    {
        Assert.That(LabelSelector.TryParse("app=app-7,tier notin (x)", out LabelSelector? selector, out _));
        PodListing listing = new(new PodQuery { Labels = selector });
        (string, string)[] values = [.. listing.Parameters.Select(parameter => (parameter.ParameterName, $"'{parameter.Value}'"))];
        string plan = await ExplainAsync(listing.Text, values);
        Assert.That(plan, Does.Contain("\"ix_pod_details_labels\"").And.Not.Contain("Seq Scan"));
    }

    [TestCase("ns-5", "pod-4711")]
    [TestCase(null, "pod-4711")]
    public async Task A_page_is_read_from_its_place_in_the_index(string? ns, string name)
    {
        PodListing listing = new(new PodQuery { Limit = 100, After = new PodPosition(ns, name) });
        (string, string)[] values = [.. listing.Parameters.Select(parameter => (parameter.ParameterName, $"'{parameter.Value}'"))];
        string plan = await ExplainAsync(listing.Text, values);
        Assert.That(plan, Does.Contain("\"ix_pod_details_listing\"").And.Contain("\"Index Cond\"").And.Not.Contain("Seq Scan\", \"Parallel Aware\": false, \"Relation"));
    }

    [Test]
    public async Task Leases_are_looked_up_by_their_ip()
    {
        string plan = await ExplainAsync(
            PodSql.Resolve, ("pod_ip", "ARRAY['10.1.7.17', '10.2.7.17']"), ("valid_at", "ARRAY[NULL, localtimestamp]"), ("stale_after", "interval '5 minutes'"),
            ("clock_skew", "interval '1 minute'"), ("with_manifest", "false"));
        Assert.That(plan, Does.Contain("\"ix_pod_ip_leases_ip\"").And.Contain("\"ix_pod_details_ip\"").And.Not.Contain("Seq Scan"));
    }

    [Test]
    public async Task Posted_pods_are_found_by_the_primary_key()
    {
        const string Pods = "'pod-1', 'pod-2'";
        (string, string)[] posted =
        [
            ("pod_name", $"ARRAY[{Pods}]"), ("pod_namespace", "ARRAY['a', 'a']"), ("pod_ip", "ARRAY['10.1.7.17', '10.2.7.17']"), ("node_name", "ARRAY['n', 'n']"),
            ("is_dead", "ARRAY[false, false]"), ("pod_identity", "ARRAY['a', 'a']"), ("workload_selector_labels", "ARRAY['{}', '{}']::jsonb[]"),
            ("pod_obj_digest", "ARRAY['', '']::bytea[]"), ("time_stamp", "ARRAY[localtimestamp, localtimestamp]"), ("pod_obj", "ARRAY['{}', '{}']::jsonb[]"),
        ];
        AssertUses("pk_pod_details", await ExplainAsync(PodSql.Touch, posted));
        AssertUses("pk_pod_details", await ExplainAsync(PodSql.Upsert, posted));
    }

    private async Task<string> ExplainAsync(string query, params (string Name, string Value)[] parameters)
    {
        Dictionary<string, string> values = parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        return (string)(await service.SqlAsync($"SET random_page_cost = 1.1; EXPLAIN (FORMAT JSON) {Parameter().Replace(query, match => values[match.Groups[1].Value])}"))!;
    }

    [GeneratedRegex("@([a-z_0-9]+)")]
    private static partial Regex Parameter();

    private static void AssertUses(string index, string plan)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan, Does.Contain($"\"{index}\""));
            Assert.That(plan, Does.Not.Contain("Seq Scan").And.Not.Contain("Sort\""));
        }
    }
}
