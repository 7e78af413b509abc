using System.Text.Json.Nodes;
using PodMetadata.Infrastructure.Kubernetes;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>Which cluster a service that watches takes for the one of its database.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class WatchClusterTests
{
    [Test]
    public async Task Another_cluster_is_refused()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        string database = await TestDatabase.CreateAsync();
        api.Put(FakePods.Running("shop", "web-0", "10.2.3.1"));
        await using (await WatchedService.StartAsync(api, database))
        {
        }

        await using FakeApiServer other = await FakeApiServer.StartAsync();
        await using WatchedService watched = await WatchedService.StartAsync(other, database, waitUntilListed: false);
        await watched.LoggedAsync("The cluster is another one than the database's");
        Assert.That(await watched.HolderAsync("10.2.3.1"), Is.EqualTo("unique web-0"));
    }

    [TestCase("10.2.17.1", true, false)]
    [TestCase("10.2.17.1", false, true, Description = "a pod of the same name and IP in another cluster")]
    [TestCase("10.2.17.2", true, true)]
    public async Task A_cluster_that_has_none_of_the_pods_that_controllers_post_is_refused(string ip, bool isSamePod, bool isRefused)
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        JsonObject manifest = FakePods.Running("shop", "web-0", "10.2.17.1");
        string uid = api.Put(manifest).Uid;
        manifest["metadata"]!["uid"] = isSamePod ? uid : "another";
        string database = await TestDatabase.CreateAsync();
        await using Service posted = await Service.StartAsync(database);
        await posted.UpsertAsync(Record("web-0", ip, manifest));
        await posted.UpsertAsync(Record("web-1", "10.2.17.3", manifest: null));
        await posted.SqlAsync("UPDATE pod_details SET posted_at = now() - interval '1 hour'"); // as after an hour in which the service was away

        await using WatchedService watched = await WatchedService.StartAsync(api, database, waitUntilListed: !isRefused);
        if (isRefused)
        {
            await watched.LoggedAsync("the cluster has none of them");
            string asked = WatchStatements.IsUnclaimed(wereAwaited: true).Sql.Replace("@were_awaited", "true", StringComparison.Ordinal);
            Assert.That(await posted.SqlAsync(asked), Is.False, "later, only pods that are posted count");
        }

        Assert.That(watched.CountLogged("Listing the pods"), Is.EqualTo(isRefused ? 0 : 1));
        Assert.That(await watched.HolderAsync("10.2.17.3"), Is.EqualTo(isRefused ? "stale web-1" : "dead web-1"));
    }

    [Test]
    public async Task Another_cluster_at_the_same_address_is_refused_too()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        api.Put(FakePods.Running("shop", "web-0", "10.2.9.1"));
        await using WatchedService watched = await WatchedService.StartAsync(api);
        using (api.Add(FakeFault.Status(503), FakeRequests.Watch))
        {
            api.CutWatches();
            api.ClusterUid = "another";
            api.Delete("shop", "web-0");
            api.Compact();
        }

        await watched.LoggedAsync("The cluster is another one than the database's");
        Assert.That(await watched.HolderAsync("10.2.9.1"), Is.EqualTo("unique web-0"));
    }

    [Test]
    public async Task Another_cluster_that_knows_the_position_of_the_watch_is_refused_too()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        await using WatchedService watched = await WatchedService.StartAsync(api);
        using (api.Add(FakeFault.Status(503), FakeRequests.Watch))
        {
            api.CutWatches();
            api.ClusterUid = "another";
            api.Put(FakePods.Running("shop", "web-0", "10.2.14.1"));
            await watched.LoggedAsync("The cluster is another one than the database's");
        }

        Assert.That(await watched.HolderAsync("10.2.14.1"), Is.EqualTo("unknown"));
    }

    [Test]
    public async Task A_cluster_that_is_restored_from_a_snapshot_is_listed_again()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        api.Put(FakePods.Running("shop", "web-0", "10.2.15.1"));
        long snapshot = api.Version;
        await using WatchedService watched = await WatchedService.StartAsync(api);
        for (int i = 1; i <= 3; i++)
        {
            api.Put(FakePods.Running("shop", "web-1", $"10.2.15.{i + 1}"));
        }

        await watched.HolderIsAsync("10.2.15.4", "unique web-1");
        using (api.Add(FakeFault.Status(503), FakeRequests.Watch))
        {
            api.CutWatches();
            api.Restore(snapshot);
            api.Put(FakePods.Running("shop", "web-2", "10.2.15.5"));
            await watched.LoggedAsync("Listing the pods of the cluster: reset");
        }

        await watched.HolderIsAsync("10.2.15.5", "unique web-2");
        await watched.HolderIsAsync("10.2.15.4", "dead web-1");
        Assert.That(await watched.HolderAsync("10.2.15.1"), Is.EqualTo("unique web-0"));
        Assert.That(watched.CountLogged("Listing the pods of the cluster: reset"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_cluster_is_not_taken_for_one_without_a_UID()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        api.Put(FakePods.Running("shop", "web-0", "10.2.13.1"));
        api.Add(FakeFault.Json("{}"), FakeRequests.Get, times: 1, resource: "namespaces");
        await using WatchedService watched = await WatchedService.StartAsync(api);
        Assert.That(watched.Service.Warnings(), Has.Some.StartsWith("The namespace kube-system has no UID"));
        Assert.That(await watched.HolderAsync("10.2.13.1"), Is.EqualTo("unique web-0"));
    }

    private static JsonObject Record(string name, string ip, JsonObject? manifest) => new()
    {
        ["pod_name"] = name,
        ["pod_namespace"] = "shop",
        ["pod_ip"] = ip,
        ["node_name"] = "node-1",
        ["time_stamp"] = "2026-01-01T10:00:00",
        ["pod_obj"] = manifest,
    };
}
