using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry.Trace;

namespace PodMetadata.Tests.Api;

/// <summary>What /metrics says after some traffic.</summary>
public sealed class TelemetryTests : ServiceTests
{
    private const string Requests = "http_server_request_duration_seconds_count";
    private const string Route = "http_route";

    private static readonly string[] Routes = ["pod/spec", "pod/mark_dead", "pod/info", "pod/name/{name}", "pod/ip/{ip}", "pod/list/{node}", "/metrics", "/livez", "/readyz", "/health"];

    private int markers;

    protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?> { ["Database:LookupTimeout"] = "00:00:01" };

    [Test]
    public async Task Each_pool_is_as_large_as_it_is_set_to_and_that_of_maintenance_as_ever()
    {
        string connectionString = new NpgsqlConnectionStringBuilder(Service.ConnectionString) { ApplicationName = "small", MinPoolSize = 5, MaxPoolSize = 7 }.ConnectionString;
        await using ServiceProcess small = await ServiceProcess.StartAsync(("ConnectionStrings__PodMetadata", connectionString), ("Database__MaxPoolSize", "3"));
        PrometheusText metrics = PrometheusText.Parse(await small.Http.GetStringAsync("/metrics"));
        Assert.That(
            new[] { "lookups", "writes", "listings", "maintenance" }.Select(work => metrics.Sum("db_client_connection_max", ("db_client_connection_pool_name", $"small {work}"))),
            Is.EqualTo(new[] { 3, 3, 3, 4 }));
    }

    [Test]
    public async Task The_text_is_valid_and_has_what_is_promised()
    {
        await Service.UpsertAsync(PodJson.With());
        using HttpResponseMessage response = await Service.Http.GetAsync("/metrics");
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        PrometheusText metrics = await ScrapeAsync();
        string[] promised =
        [
            Requests, "kestrel_active_connections", "db_client_connection_count", "db_client_connection_max", "db_client_operation_duration_seconds_count",
            "dotnet_gc_collections_total", "dotnet_process_memory_working_set_bytes", "dotnet_thread_pool_thread_count_total",
            "pod_metadata_upserts_total", "pod_metadata_mark_dead_total", "pod_metadata_blank_names_total", "pod_metadata_name_collisions_total", "pod_metadata_ready",
        ];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(promised.Except(metrics.Samples.Select(sample => sample.Name)), Is.Empty);
            Assert.That(metrics.Find("pod_metadata_upserts_total").Select(sample => sample.Labels["outcome"]), Is.EquivalentTo(new[] { "inserted", "replaced", "unchanged" }));
            Assert.That(
                metrics.Find("pod_metadata_mark_dead_total").Select(sample => $"{sample.Labels["precision"]} {sample.Labels["outcome"]}"),
                Is.EquivalentTo(new[] { "name_and_ip matched", "name_and_ip none", "name matched", "name none" }));
        }
    }

    [Test]
    public async Task A_connection_string_is_no_label()
    {
        // A process of its own, because Npgsql's meter is the process's, and the tests connect too.
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await service.Http.PostAsync("/pod/mark_dead", new StringContent("""{"pod_name": "web-0"}""", null, "application/json"));
        await service.Http.GetAsync("/pod/name/web-0");
        await service.Http.GetAsync("/pod/info");
        PrometheusText metrics = PrometheusText.Parse(await service.Http.GetStringAsync("/metrics"));
        Assert.That(
            metrics.Find("db_client_connection_count").Select(sample => sample.Labels["db_client_connection_pool_name"]).Distinct(),
            Is.EquivalentTo(new[] { "PodMetadata lookups", "PodMetadata writes", "PodMetadata listings", "PodMetadata maintenance" }));
        Assert.That(metrics.Samples.SelectMany(sample => sample.Labels.Values), Has.None.Contains("Host=").And.None.Contains("Username="));
    }

    [Test]
    public async Task Upserts_are_counted_by_what_they_did()
    {
        PrometheusText before = await ScrapeAsync();
        await Service.UpsertAsync(PodJson.With());
        await Service.UpsertAsync(PodJson.With("""{ "time_stamp": "2026-05-12T10:32:15" }"""));
        await Service.UpsertAsync(PodJson.With("""{ "pod_obj": { "spec": { "containers": [ { "image": "app:1" } ] }, "metadata": { "name": "my-app-7d9f6b8c4-x5z2w" } } }"""));
        await Service.UpsertAsync(PodJson.With("""{ "pod_obj": null }"""));
        await Service.UpsertAsync(PodJson.With("""{ "pod_obj": null, "workload_selector_labels": { "app": "other" } }"""));
        await Service.UpsertAsync(PodJson.With("""{ "pod_obj": null, "pod_identity": null, "is_dead": true }"""));
        await Service.UpsertAsync(PodJson.With("""{ "pod_obj": null, "pod_identity": null, "is_dead": true }"""));
        PrometheusText after = await ScrapeAsync();
        double Moved(string outcome) => after.Sum("pod_metadata_upserts_total", ("outcome", outcome)) - before.Sum("pod_metadata_upserts_total", ("outcome", outcome));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Moved("inserted"), Is.EqualTo(1));
            Assert.That(Moved("unchanged"), Is.EqualTo(3), "another time stamp, another order of the manifest's members, and the same again");
            Assert.That(Moved("replaced"), Is.EqualTo(3));
        }
    }

    [TestCase("""{ "pod_ip": "10.9.9.9" }""")]
    [TestCase("""{ "node_name": "worker-2" }""")]
    [TestCase("""{ "pod_namespace": null }""")]
    [TestCase("""{ "pod_identity": "other" }""")]
    [TestCase("""{ "is_dead": true }""")]
    [TestCase("""{ "workload_selector_labels": null }""")]
    [TestCase("""{ "pod_obj": {} }""")]
    public async Task A_pod_that_differs_in_one_member_is_replaced(string change)
    {
        await Service.UpsertAsync(PodJson.With());
        double before = (await ScrapeAsync()).Sum("pod_metadata_upserts_total", ("outcome", "replaced"));
        await Service.UpsertAsync(PodJson.With(change));
        Assert.That((await ScrapeAsync()).Sum("pod_metadata_upserts_total", ("outcome", "replaced")), Is.EqualTo(before + 1));
    }

    [Test]
    public async Task Marking_dead_is_counted_by_precision_and_outcome()
    {
        await Service.UpsertAsync(PodJson.With("""{ "pod_name": "web-0", "pod_ip": "10.1.1.1" }"""));
        PrometheusText before = await ScrapeAsync();
        await Service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": "10.1.1.2" }""");
        await Service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": "10.1.1.1" }""");
        await Service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": " " }""");
        await Service.MarkDeadAsync("""{ "pod_name": "web-1" }""");
        await Service.MarkDeadAsync("""{ "pod_name": "web-2" }""");
        PrometheusText after = await ScrapeAsync();
        double Moved(string precision, string outcome) =>
            after.Sum("pod_metadata_mark_dead_total", ("precision", precision), ("outcome", outcome))
            - before.Sum("pod_metadata_mark_dead_total", ("precision", precision), ("outcome", outcome));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Moved("name_and_ip", "matched"), Is.EqualTo(1));
            Assert.That(Moved("name_and_ip", "none"), Is.EqualTo(1));
            Assert.That(Moved("name", "matched"), Is.EqualTo(1));
            Assert.That(Moved("name", "none"), Is.EqualTo(2));
        }
    }

    [Test]
    public async Task Blank_names_are_counted_and_store_nothing()
    {
        PrometheusText before = await ScrapeAsync();
        await Service.RefusedAsync("/pod/spec", PodJson.Without("pod_name").ToJsonString());
        await Service.RefusedAsync("/pod/mark_dead", """{ "pod_name": " " }""");
        await Service.RefusedAsync("/pod/spec", PodJson.With("""{ "pod_name": ".." }""").ToJsonString());
        PrometheusText after = await ScrapeAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.Sum("pod_metadata_blank_names_total") - before.Sum("pod_metadata_blank_names_total"), Is.EqualTo(2));
            Assert.That(after.Sum("pod_metadata_upserts_total"), Is.EqualTo(before.Sum("pod_metadata_upserts_total")));
            Assert.That(after.Sum("pod_metadata_mark_dead_total"), Is.EqualTo(before.Sum("pod_metadata_mark_dead_total")));
        }
    }

    [Test]
    public async Task A_name_collision_is_counted_and_a_warning()
    {
        PrometheusText before = await ScrapeAsync();
        await Service.UpsertAsync(PodJson.With("""{ "pod_name": "web-0", "pod_namespace": "shop" }"""));
        await Service.UpsertAsync(PodJson.With("""{ "pod_name": "web-0", "pod_namespace": "bank" }"""));
        await Service.UpsertAsync(PodJson.With("""{ "pod_name": "web-0", "pod_namespace": "bank" }"""));
        await Service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": "10.244.1.5" }""");
        await Service.UpsertAsync(PodJson.With("""{ "pod_name": "web-0", "pod_namespace": "shop" }"""));
        PrometheusText after = await ScrapeAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.Sum("pod_metadata_name_collisions_total") - before.Sum("pod_metadata_name_collisions_total"), Is.EqualTo(1));
            Assert.That(Service.Warnings(), Is.EqualTo(new[] { "Live pod web-0 of namespace shop was replaced by one of namespace bank: names are the key, so only the one posted last is found by name. Reported once per hour" }));
        }
    }

    [Test]
    public async Task A_path_is_never_a_label()
    {
        Random random = new(20260512);
        string[] beginnings = ["/", "/pod/name/", "/pod/ip/", "/pod/list/", "/POD/Name/", "/pod/", "/metrics/", "/pod/info/"];
        for (int i = 0; i < 200; i++)
        {
            string tail = "secret" + Uri.EscapeDataString(string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => (char)random.Next(1, 0xD800))));
            using HttpRequestMessage request = new(new HttpMethod(random.Next(4) > 0 ? "GET" : "FROB"), beginnings[random.Next(beginnings.Length)] + tail);
            using HttpResponseMessage response = await Service.Http.SendAsync(request);
        }

        PrometheusText metrics = await ScrapeAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metrics.Samples.Where(sample => sample.Labels.ContainsKey(Route)).Select(sample => sample.Labels[Route]).Distinct().Except(Routes), Is.Empty);
            Assert.That(metrics.Samples.SelectMany(sample => sample.Labels.Values), Has.None.Contains("secret").And.None.Contains("FROB"));
            Assert.That(metrics.Sum(Requests, ("http_response_status_code", "404")), Is.GreaterThan(50));
        }
    }

    [Test]
    public async Task A_request_that_the_database_cannot_serve_keeps_its_route_and_is_one_line_in_the_log()
    {
        await using (NpgsqlConnection connection = new(Service.ConnectionString))
        {
            await connection.OpenAsync();
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
            await using NpgsqlCommand take = new("LOCK TABLE pod_details IN ACCESS EXCLUSIVE MODE", connection, transaction);
            await take.ExecuteNonQueryAsync();
            using HttpResponseMessage response = await Service.Http.GetAsync("/pod/name/web-0");
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        }

        PrometheusText metrics = await ScrapeAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metrics.Find(Requests, (Route, "pod/name/{name}"), ("http_response_status_code", "503")), Is.Not.Empty);
            Assert.That(Service.Warnings(), Has.One.Matches("^The database cannot serve the request: .*(timed out|Timeout during)"));
        }
    }

    [Test]
    public async Task Metrics_are_only_read()
    {
        using HttpResponseMessage response = await Service.PostAsync("/metrics", "{}");
        await Problems.ReadAsync(response, HttpStatusCode.MethodNotAllowed);
    }

    [Test]
    public void Nothing_is_traced_when_nobody_receives_it() => Assert.That(Service.Services.GetService<TracerProvider>(), Is.Null);

    /// <summary>The metrics after all that was done so far. The exporter repeats an answer for a moment: a scrape that knows of the newest
    /// marker, a request that nothing else makes, is none of those.</summary>
    private async Task<PrometheusText> ScrapeAsync()
    {
        using HttpRequestMessage marker = new(HttpMethod.Head, "/pod/list/none");
        using HttpResponseMessage response = await Service.Http.SendAsync(marker);
        markers++;
        while (true)
        {
            PrometheusText metrics = PrometheusText.Parse(await Service.Http.GetStringAsync("/metrics"));
            if (metrics.Sum(Requests, (Route, "pod/list/{node}"), ("http_request_method", "HEAD")) >= markers)
            {
                return metrics;
            }

            await Task.Delay(20);
        }
    }
}
