using System.Text.Json.Nodes;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>What a service that watches stores, while nothing goes wrong.</summary>
public sealed class WatchTests
{
    private FakeApiServer api = null!;
    private WatchedService watched = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        api = await FakeApiServer.StartAsync(new FakeApiOptions { BookmarkInterval = TimeSpan.FromSeconds(1) });
        api.Put(FakePods.Running("shop", "listed-0", "10.1.0.1"));
        watched = await WatchedService.StartAsync(api);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await watched.DisposeAsync();
        await api.DisposeAsync();
    }

    [Test]
    public async Task A_pod_is_stored_whole_with_its_kind_whether_it_was_listed_or_watched()
    {
        api.Put(FakePods.Running("shop", "watched-0", "10.1.0.2"));
        await watched.HolderIsAsync("10.1.0.1", "unique listed-0");
        await watched.HolderIsAsync("10.1.0.2", "unique watched-0");
        foreach (string name in new[] { "listed-0", "watched-0" })
        {
            JsonNode pod = await watched.PodAsync(name);
            Assert.That(JsonNode.DeepEquals(pod["pod_obj"], api.Find("shop", name)!.ToJson()), $"{pod["pod_obj"]}");
            Assert.That(
                ($"{pod["pod_namespace"]}", $"{pod["node_name"]}", $"{pod["is_dead"]}", $"{pod["time_stamp"]}"), Is.EqualTo(("shop", "node-1", "false", "2026-01-01T10:00:00")));
        }
    }

    [Test]
    public async Task Identity_and_selectors_come_from_the_owner_which_is_asked_for_once()
    {
        Dictionary<string, string> labels = new() { ["tier"] = "front" };
        FakeObject deployment = api.Put(FakeWorkloads.Workload("Deployment", "shop", "front", labels));
        FakeObject replicaSet = api.Put(FakeWorkloads.Workload("ReplicaSet", "shop", "front-5d9", labels, deployment));
        FakeObject bare = api.Put(FakeWorkloads.Workload("ReplicaSet", "shop", "bare", labels));
        FakeObject stateful = api.Put(FakeWorkloads.Workload("StatefulSet", "shop", "db"));
        FakeObject job = api.Put(FakeWorkloads.Workload("Job", "shop", "job"));
        int before = api.Count(FakeRequests.Get, "replicasets");
        api.Put(FakePods.Running("shop", "front-5d9-a", "10.1.1.1", labels: labels, owner: replicaSet));
        await watched.HolderIsAsync("10.1.1.1", "unique front-5d9-a");
        api.Put(FakePods.Running("shop", "front-5d9-b", "10.1.1.2", labels: labels, owner: replicaSet));
        api.Put(FakePods.Running("shop", "bare-a", "10.1.1.3", labels: labels, owner: bare));
        api.Put(FakePods.Running("shop", "db-0", "10.1.1.4", labels: labels, owner: stateful));
        api.Put(FakePods.Running("shop", "job-x", "10.1.1.5", labels: labels, owner: job));
        await watched.HolderIsAsync("10.1.1.5", "unique job-x");

        foreach ((string name, string? identity, string? selectors) in new[]
        {
            ("front-5d9-a", "front", """{"tier":"front"}"""), ("front-5d9-b", "front", """{"tier":"front"}"""), ("bare-a", null, null), ("db-0", "db", null), ("job-x", null, null),
        })
        {
            JsonNode pod = await watched.PodAsync(name);
            Assert.That((name, (string?)pod["pod_identity"], pod["workload_selector_labels"]?.ToJsonString()), Is.EqualTo((name, identity, selectors)));
        }

        Assert.That(api.Count(FakeRequests.Get, "replicasets") - before, Is.EqualTo(2));
    }

    [Test]
    public async Task Namesakes_of_two_namespaces_live_and_die_apart()
    {
        api.Put(FakePods.Running("shop", "twin-0", "10.1.6.1"));
        api.Put(FakePods.Running("bank", "twin-0", "10.1.6.2"));
        await watched.HolderIsAsync("10.1.6.1", "unique twin-0");
        await watched.HolderIsAsync("10.1.6.2", "unique twin-0");
        api.Update("shop", "twin-0", pod => pod.Finish(FakePods.Began.AddMinutes(3), hasSucceeded: false));
        api.Delete("shop", "twin-0");
        await Wait.UntilAsync(async () => (await watched.HistoryAsync("10.1.6.1")).SequenceEqual(["twin-0 2026-01-01T10:00:00..2026-01-01T10:03:00"]));
        Assert.That(await watched.HolderAsync("10.1.6.2"), Is.EqualTo("unique twin-0"));
    }

    [Test]
    public async Task Pods_on_the_host_network_share_their_nodes_ip()
    {
        api.Put(FakePods.Running("shop", "host-a", "10.1.7.1", isOnHostNetwork: true));
        api.Put(FakePods.Running("shop", "host-b", "10.1.7.1", isOnHostNetwork: true));
        await watched.HolderIsAsync("10.1.7.1", "shared host-a");
    }

    [TestCase("no_ip", "10.1.8.10", false, true)]
    [TestCase("no_node", "10.1.8.20", true, false)]
    [TestCase("bad_ip", "10.1.8.300", true, true)]
    public async Task What_cannot_be_stored_is_counted_and_nothing_else_waits_for_it(string reason, string ip, bool hasIp, bool hasNode)
    {
        double before = await SkippedAsync(reason);
        JsonObject skipped = FakePods.Pending("shop", $"skipped-{reason.Replace('_', '-')}", FakePods.Began);
        if (hasNode)
        {
            skipped.Schedule("node-1", FakePods.Began);
        }

        if (hasIp)
        {
            skipped.Run(ip, FakePods.Began);
        }

        api.Put(skipped);
        string next = $"10.1.8.{reason.Length}";
        api.Put(FakePods.Running("shop", $"after-{reason.Replace('_', '-')}", next));
        await watched.HolderIsAsync(next, $"unique after-{reason.Replace('_', '-')}");
        await Wait.UntilAsync(async () => await SkippedAsync(reason) > before); // the exporter keeps its answer for a moment
    }

    [Test]
    public async Task Bookmarks_vouch_for_what_nobody_posts()
    {
        api.Put(FakePods.Running("shop", "quiet-0", "10.1.9.1"));
        await watched.HolderIsAsync("10.1.9.1", "unique quiet-0");
        await watched.Service.SqlAsync("UPDATE pod_details SET posted_at = now() - interval '1 hour'");
        Assert.That(await watched.HolderAsync("10.1.9.1"), Is.EqualTo("unique quiet-0"));
        Assert.That(await watched.Service.SqlAsync("SELECT now() - seen_at < interval '30 seconds' FROM cluster_watch"), Is.True);
        await watched.Service.SqlAsync("UPDATE cluster_watch SET seen_at = now() - interval '1 hour'");
        Assert.That(await watched.HolderAsync("10.1.9.1"), Is.EqualTo("stale quiet-0"));
        await watched.HolderIsAsync("10.1.9.1", "unique quiet-0");
    }

    private async Task<double> SkippedAsync(string reason) =>
        PrometheusText.Parse(await watched.Service.Http.GetStringAsync("/metrics")).Sum("pod_metadata_watch_skipped_total", ("reason", reason));
}
