using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;
using PodMetadata.Domain;
using PodMetadata.Domain.Labels;
using PodMetadata.Infrastructure.Kubernetes;
using PodMetadata.Infrastructure.Store;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>How PostgreSQL answers the store's own queries on 50,000 rows.</summary>
[Parallelizable]
public sealed partial class QueryPlanTests
{
    private static readonly (string Name, string Type, string Value) StaleAfter = ("stale_after", "interval", "5 minutes");

    private static readonly string[] OneRow = ["cluster_watch"];

    private Service service = null!;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        service = await Service.StartAsync(settings: new Dictionary<string, string?> { ["Retention:Leases"] = "0" });
        await service.SqlAsync("""
            INSERT INTO pod_details (pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_obj, time_stamp)
            SELECT 'pod-' || i, 'ns-' || i % 100, format('10.%s.%s.%s', i % 3, i / 250 % 200, i % 250), 'node-' || i % 500, i % 5 = 0,
                   jsonb_build_object('spec', jsonb_build_object('hostNetwork', i % 7 = 0), 'metadata', jsonb_build_object('labels', jsonb_build_object('app', 'app-' || i % 1000))), timestamp '2026-01-01' + i * interval '1 second'
            FROM generate_series(1, 50000) AS i;
            INSERT INTO pod_ip_leases (pod_name, pod_ip, node_name, host_network, valid_from, valid_to)
            SELECT 'past-' || i, '10.200.0.' || i % 250, 'node-1', false, timestamp '2026-01-01' + i / 250 * interval '1 hour', timestamp '2026-01-01' + (i / 250 + 1) * interval '1 hour'
            FROM generate_series(0, 49999) AS i;
            INSERT INTO pod_details (pod_name, pod_namespace, pod_ip, node_name, is_dead, time_stamp) VALUES ('last', 'ns-1', '10.200.0.7', 'node-1', false, '2026-02-01');
            ANALYZE pod_details, pod_ip_leases
            """);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await service.DisposeAsync();

    [Test]
    public async Task Names_are_looked_up_by_the_primary_key([Values] bool once, [Values(2, 64)] int count) =>
        AssertUses("pk_pod_details", await ExplainAsync(once, FindByNameStatement.Sql, Posted(count)[0]));

    [Test]
    public async Task Ips_are_looked_up_by_their_indexes([Values] bool once, [Values(2, 64)] int count)
    {
        string plan = await ExplainAsync(once, FindByIpStatement.Sql, Posted(count)[2], StaleAfter);
        Assert.That(plan, Does.Contain("\"Index Name\": \"ix_pod_details_ip\"").And.Contain("\"Index Name\": \"ix_pod_namesakes_ip\""));
        Assert.That(ReadWhole(plan), Is.SubsetOf(OneRow));
    }

    [Test]
    public async Task A_nodes_live_pods_are_read_from_their_index_in_the_index_order([Values] bool once) =>
        AssertUses("ix_pod_details_node_live", await ExplainAsync(once, new ListStatement(new PodQuery { NodeName = "", Live = true }).Sql, ("node_name", "text", "node-17")));

    [Test]
    public async Task All_pods_are_read_in_the_order_of_their_index([Values] bool once) =>
        AssertUses("ix_pod_details_listing", await ExplainAsync(once, new ListStatement(new PodQuery()).Sql));

    [Test]
    public async Task Labels_with_a_value_are_looked_up_by_their_index()
    {
        Assert.That(LabelSelector.TryParse("app=app-7,tier notin (x)", out LabelSelector? selector, out _));
        string plan = await ExplainAsync(once: false, new PodQuery { Labels = selector });
        Assert.That(plan, Does.Contain("\"Index Name\": \"ix_pod_details_labels\"").And.Not.Contain("Seq Scan"));
    }

    [TestCase("ns-5")]
    [TestCase(null)]
    public async Task A_page_is_read_from_its_place_in_the_index(string? ns)
    {
        string plan = await ExplainAsync(once: false, new PodQuery { Limit = 100, After = new PodPosition(ns, "pod-4711") });
        Assert.That(plan, Does.Contain("\"Index Name\": \"ix_pod_details_listing\"").And.Contain("\"Index Cond\"").And.Not.Contain("Seq Scan"));
    }

    [Test]
    public async Task Leases_are_looked_up_by_their_ip()
    {
        string plan = await ExplainAsync(
            once: false, ResolveStatement.Sql, Posted(2)[2], ("valid_at", "timestamp[]", "{null,2026-01-01}"), StaleAfter, ("clock_skew", "interval", "1 minute"),
            ("with_manifest", "boolean", "false"));
        Assert.That(plan, Does.Contain("\"Index Name\": \"ix_pod_ip_leases_ip\"").And.Contain("\"Index Name\": \"ix_pod_details_ip\""));
        Assert.That(ReadWhole(plan), Is.SubsetOf(OneRow));
    }

    [Test]
    public async Task Of_an_ip_that_many_had_only_those_are_read_that_have_it_or_had_it_then([Values] bool once, [Values] bool isNow)
    {
        string plan = isNow
            ? await ExplainAsync(once, FindByIpStatement.Sql, ("pod_ip", "text[]", "{10.200.0.7}"), StaleAfter)
            : await ExplainAsync(
                once, ResolveStatement.Sql, ("pod_ip", "text[]", "{10.200.0.7}"), ("valid_at", "timestamp[]", "{2026-01-05 00:30}"), StaleAfter, ("clock_skew", "interval", "1 minute"),
                ("with_manifest", "boolean", "false"));
        int read = 0;
        foreach (JsonNode scan in Nodes(JsonNode.Parse(plan)![0]!["Plan"]!).Where(node => $"{node["Relation Name"]}" == "pod_ip_leases" && (double)node["Actual Loops"]! > 0))
        {
            Assert.That($"{scan["Node Type"]}", Does.StartWith("Index"));
            Assert.That($"{scan["Index Name"]}", Is.EqualTo("ix_pod_ip_leases_ip"));
            read += (int)(double)scan["Actual Rows"]! + (int)((double?)scan["Rows Removed by Filter"] ?? 0) + (int)((double?)scan["Rows Removed by Index Recheck"] ?? 0);
        }

        Assert.That(read, isNow ? Is.LessThanOrEqualTo(2) : Is.InRange(1, 2), plan);
    }

    /// <summary>The tables that a plan reads as a whole.</summary>
    private static string[] ReadWhole(string plan) =>
        [.. Nodes(JsonNode.Parse(plan)![0]!["Plan"]!).Where(node => $"{node["Node Type"]}" == "Seq Scan").Select(node => $"{node["Relation Name"]}")];

    /// <summary>A node of a plan, and those below it.</summary>
    private static IEnumerable<JsonNode> Nodes(JsonNode plan) => [plan, .. (plan["Plans"]?.AsArray() ?? []).SelectMany(below => Nodes(below!))];

    [Test]
    public async Task Posted_pods_are_found_by_the_primary_key([Values] bool once, [Values(2, 64)] int count)
    {
        AssertUses("pk_pod_details", await ExplainAsync(once, TouchStatement.Sql, Posted(count)[..^1]));
        AssertUses("pk_pod_details", await ExplainAsync(once, UpsertStatement.Sql, Upserted(count)));
    }

    [Test]
    public async Task Whether_a_pod_has_other_leases_is_looked_up_by_its_name([Values] bool once, [Values(2, 64)] int count)
    {
        string upsert = await ExplainAsync(once, UpsertStatement.Sql, Upserted(count));
        Assert.That(upsert, Does.Contain("\"Index Name\": \"ix_pod_ip_leases_name\"").And.Not.Contain("ex_pod_ip_leases_overlap").And.Not.Contain("Seq Scan"));
        string mark = await ExplainAsync(once, MarkDeadStatement.Sql, Posted(count)[0], Posted(count)[2]);
        Assert.That(mark, Does.Contain("\"Index Name\": \"ix_pod_ip_leases_open\"").And.Not.Contain("ex_pod_ip_leases_overlap").And.Not.Contain("Seq Scan"));
    }

    [Test]
    public async Task Writes_go_by_keys_also_where_they_are_planned_while_the_table_is_empty()
    {
        await using Service empty = await Service.StartAsync();
        foreach ((string statement, var posted) in new[] { (TouchStatement.Sql, Posted(2)[..^1]), (UpsertStatement.Sql, Upserted(2)) })
        {
            string plan = await ExplainAsync(empty, once: true, statement, posted);
            Assert.That(plan, Does.Contain("pk_pod_details").And.Not.Contain("Seq Scan"));
        }
    }

    [Test]
    public async Task The_watch_looks_pods_up_by_their_names([Values] bool once, [Values(2, 64)] int count)
    {
        foreach ((string statement, var seen) in new[] { (WatchStatements.Compare([]).Sql, Listed(count)), (WatchStatements.CutEarlierStays([]).Sql, Begun(count)) })
        {
            string plan = await ExplainAsync(once, statement, seen);
            Assert.That(
                plan,
                Does.Match("\"Index Name\": \"(pk_pod_details|ix_pod_details_listing)\"").And.Contain("\"Index Name\": \"ix_pod_ip_leases_name\"")
                    .And.Not.Contain("ex_pod_ip_leases_overlap").And.Not.Contain("Seq Scan"));
        }
    }

    [Test]
    public async Task Of_pods_that_have_finished_only_the_rows_of_their_names_are_read([Values(2, 64)] int count)
    {
        (string Name, string Type, string Value)[] finished = [.. Posted(count)[..2], ("ended_at", "timestamp[]", Repeated("infinity", count))];
        (string Name, string Type, string Value)[] deleted = [.. finished, ("deletion_requested_at", "timestamp[]", Repeated("infinity", count))];
        foreach ((string statement, var pods) in new[] { (WatchStatements.EndOverdue([]).Sql, finished), (WatchStatements.ConfirmUntilDeletion([]).Sql, deleted) })
        {
            string plan = await ExplainAsync(once: true, statement, pods); // as the session of the watch always does
            Assert.That(plan, Does.Match("\"Relation Name\": \"pod_details\",[^}]*\"Index Cond\": \"[^\"]*pod_name = \\(?[a-z]+.name").And.Not.Contain("Seq Scan"));
        }
    }

    [Test]
    public async Task What_a_list_lacks_is_found_by_reading_each_table_once()
    {
        string plan = await ExplainAsync(once: true, WatchStatements.Missing(default, _ => true).Sql, ("began_at", "timestamptz", "infinity"));
        JsonNode[] nodes = [.. Nodes(JsonNode.Parse(plan)![0]!["Plan"]!)];
        Assert.That(nodes.Select(node => $"{node["Relation Name"]}").Where(name => name != ""), Is.EquivalentTo(new[] { "pod_details", "pod_namesakes" }));
        Assert.That(nodes.Select(node => (double)node["Actual Loops"]!), Is.All.EqualTo(1));
    }

    [TestCase("pod-4711", "ns-11", "pk_pod_details ix_pod_ip_leases_open", Description = "a pod with a row")]
    [TestCase("pod-4711", "other", "pk_pod_details pk_pod_namesakes ix_pod_ip_leases_open", Description = "a namesake, of which there may be none")]
    public async Task A_pod_that_is_gone_is_looked_up_by_its_name(string name, string podNamespace, string indexes)
    {
        await using NpgsqlConnection connection = new(service.ConnectionString + ";Pooling=false"); // counts of its own
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(
            $"""
            BEGIN;
            SET LOCAL random_page_cost = 1.1;
            SET LOCAL plan_cache_mode = force_generic_plan;
            DO $$ BEGIN PERFORM pod_gone('{name}', '{podNamespace}', NULL); END $$;
            SELECT string_agg(DISTINCT relname, ' ') FROM (
                SELECT relname FROM pg_stat_xact_user_tables WHERE seq_scan > 0 AND relname <> 'cluster_watch'
                UNION ALL SELECT indexrelname FROM pg_stat_user_indexes WHERE pg_stat_get_xact_numscans(indexrelid) > 0 AND indexrelname <> 'pk_cluster_watch'
            ) AS used;
            ROLLBACK
            """,
            connection);
        Assert.That($"{await command.ExecuteScalarAsync()}".Split(' '), Is.EquivalentTo(indexes.Split(' ')), "indexes, and tables that are read as a whole");
    }

    /// <summary>The parameters of so many pods, which are all over the table.</summary>
    private static (string Name, string Type, string Value)[] Posted(int count)
    {
        string Each(Func<int, string> value) => $"{{{string.Join(',', Enumerable.Range(1, count).Select(i => value(i * 700)))}}}";
        return
        [
            ("pod_name", "text[]", Each(i => $"pod-{i}")), ("pod_namespace", "text[]", Each(i => $"ns-{i % 100}")),
            ("pod_ip", "text[]", Each(i => $"10.{i % 3}.{i / 250 % 200}.{i % 250}")), ("node_name", "text[]", Each(i => $"node-{i % 500}")),
            ("is_dead", "boolean[]", Each(_ => "false")), ("pod_identity", "text[]", Each(_ => "a")), ("workload_selector_labels", "jsonb[]", Each(_ => "\"{}\"")),
            ("pod_obj_digest", "bytea[]", Each(_ => "a")), ("time_stamp", "timestamp[]", Each(_ => "2026-01-01")), ("pod_obj", "jsonb[]", Each(_ => "\"{}\"")),
        ];
    }

    /// <summary>The same, and what an upsert needs beside them.</summary>
    private static (string Name, string Type, string Value)[] Upserted(int count) =>
        [.. Posted(count), ("stay_from", "timestamp[]", Repeated("null", count)), ("posted_age", "interval", "0")];

    /// <summary>The same pods as a list has them.</summary>
    private static (string Name, string Type, string Value)[] Listed(int count) =>
    [
        .. Posted(count)[..4], ("uid", "text[]", Repeated("u", count)), ("digest", "bytea[]", Repeated("a", count)), ("stamp", "timestamp[]", Repeated("2026-01-01", count)),
        ("is_finished", "boolean[]", Repeated("true", count)),
    ];

    /// <summary>The same pods, with the beginnings of their stays.</summary>
    private static (string Name, string Type, string Value)[] Begun(int count) => [.. Posted(count)[..2], ("began_at", "timestamp[]", Repeated("2026-01-01", count))];

    private static string Repeated(string value, int count) => $"{{{string.Join(',', Enumerable.Repeat(value, count))}}}";

    private Task<string> ExplainAsync(bool once, PodQuery query)
    {
        ListStatement listing = new(query);
        return ExplainAsync(once, listing.Sql, [.. listing.Parameters.Select(parameter => (parameter.ParameterName, $"{parameter.NpgsqlDbType}", $"{parameter.Value}"))]);
    }

    /// <summary>How a prepared statement runs: as it was planned <paramref name="once"/> for all values, or as it is for these. The server chooses.</summary>
    private Task<string> ExplainAsync(bool once, string query, params (string Name, string Type, string Value)[] parameters) => ExplainAsync(service, once, query, parameters);

    private static async Task<string> ExplainAsync(Service service, bool once, string query, params (string Name, string Type, string Value)[] parameters)
    {
        string prepared = Parameter().Replace(query, match =>
        {
            int i = Array.FindIndex(parameters, parameter => parameter.Name == match.Groups[1].Value);
            return $"${i + 1}::{parameters[i].Type}";
        });
        string values = parameters.Length == 0 ? "" : $"({string.Join(", ", parameters.Select(parameter => $"'{parameter.Value}'"))})";
        return (string)(await service.SqlAsync($"""
            SET random_page_cost = 1.1;
            SET plan_cache_mode = {(once ? "force_generic_plan" : "force_custom_plan")};
            PREPARE asked AS {prepared};
            EXPLAIN (ANALYZE {query.StartsWith("SELECT", StringComparison.Ordinal)}, FORMAT JSON) EXECUTE asked{values}
            """))!;
    }

    [GeneratedRegex("@([a-z_0-9]+)")]
    private static partial Regex Parameter();

    private static void AssertUses(string index, string plan)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan, Does.Contain($"\"Index Name\": \"{index}\""));
            Assert.That(plan, Does.Not.Contain("Seq Scan").And.Not.Contain("Sort\""));
        }
    }
}
