using System.Net;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>Credentials and rights that are missing for a while.</summary>
[Parallelizable(ParallelScope.All)] // none reads metrics, which services of one process share
public sealed class WatchAccessTests
{
    private const string PluginFails = "cannot be used: external exec failed";

    [Test]
    public async Task A_credential_plugin_that_fails_at_the_start_is_run_again_and_reported_once()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        FakePlugin plugin = FakePlugin.For(api);
        api.Put(FakePods.Running("shop", "web-0", "10.2.14.1"));
        await using WatchedService watched = await WatchedService.StartAsync(api, waitUntilListed: false);
        await plugin.FailedAsync(times: 3);
        plugin.Succeed();
        await watched.HolderIsAsync("10.2.14.1", "unique web-0");
        Assert.That(watched.CountLogged(PluginFails), Is.EqualTo(1));
        Assert.That(watched.Service.Warnings(), Has.Some.StartsWith($"Kubernetes:Kubeconfig ({api.KubeconfigPath}) {PluginFails}").And.None.Contains('\n'));
    }

    [Test]
    public async Task A_credential_plugin_that_fails_later_does_not_end_the_leadership()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        FakePlugin plugin = FakePlugin.For(api);
        plugin.Succeed();
        await using WatchedService watched = await WatchedService.StartAsync(api);
        await Wait.UntilAsync(() => Task.FromResult(api.OpenWatches == 1));
        plugin.Fail();
        api.CutWatches();
        api.Put(FakePods.Running("shop", "web-0", "10.2.14.2"));
        await plugin.FailedAsync(times: 3);
        plugin.Succeed();
        await watched.HolderIsAsync("10.2.14.2", "unique web-0");
        Assert.That(watched.CountLogged(PluginFails), Is.EqualTo(1));
        Assert.That(watched.CountLogged("This instance watches the cluster"), Is.EqualTo(1));
        Assert.That(api.Count(FakeRequests.List), Is.EqualTo(1));
    }

    [Test]
    public async Task A_kubeconfig_that_is_being_replaced_when_a_session_begins_is_read_again()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        await using WatchedService watched = await WatchedService.StartAsync(api);
        string kubeconfig = await File.ReadAllTextAsync(api.KubeconfigPath);
        await File.WriteAllTextAsync(api.KubeconfigPath, kubeconfig[..(kubeconfig.Length / 2)]);
        await watched.EndSessionAsync();
        api.Put(FakePods.Running("shop", "web-0", "10.2.14.3"));
        await watched.LoggedAsync($"Kubernetes:Kubeconfig ({api.KubeconfigPath}) cannot be used");
        await File.WriteAllTextAsync(api.KubeconfigPath, kubeconfig);
        await watched.HolderIsAsync("10.2.14.3", "unique web-0");
        Assert.That(watched.CountLogged("The watch failed"), Is.Zero);
    }

    [Test]
    public async Task Without_the_right_to_read_owners_nothing_is_stored_and_answers_turn_stale_until_it_is_given()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        string database = await TestDatabase.CreateAsync();
        PutSet(api, "db", "10.2.14.4");
        await using (WatchedService before = await WatchedService.StartAsync(api, database))
        {
            await before.Service.SqlAsync("UPDATE pod_details SET posted_at = now() - interval '1 hour'; UPDATE cluster_watch SET seen_at = now() - interval '1 hour'");
        }

        api.Deny("get", "statefulsets");
        api.Update("shop", "db-0", pod => pod.SetIp("10.2.14.5"));
        PutSet(api, "cache", "10.2.14.6");
        await using WatchedService watched = await WatchedService.StartAsync(api, database, waitUntilListed: false);
        await Wait.UntilAsync(() => Task.FromResult(api.Count(FakeRequests.Get, "statefulsets") >= 1 + (2 * 3)));
        Assert.That(watched.CountLogged("The API server forbids to get statefulsets.apps"), Is.EqualTo(2), "once for each owner");
        Assert.That(await watched.HolderAsync("10.2.14.4"), Is.EqualTo("stale db-0"));
        Assert.That(await SelectorOfAsync(watched, "db-0"), Is.EqualTo("db"));
        Assert.That((await watched.HolderAsync("10.2.14.5"), await watched.HolderAsync("10.2.14.6")), Is.EqualTo(("unknown", "unknown")));
        using HttpResponseMessage readiness = await watched.Service.Http.GetAsync("/readyz");
        Assert.That(readiness.StatusCode, Is.EqualTo(HttpStatusCode.OK));

        api.Allow("get", "statefulsets");
        await watched.HolderIsAsync("10.2.14.5", "unique db-0");
        await watched.HolderIsAsync("10.2.14.6", "unique cache-0");
        Assert.That((await SelectorOfAsync(watched, "db-0"), await SelectorOfAsync(watched, "cache-0")), Is.EqualTo(("db", "cache")));
    }

    /// <summary>A StatefulSet and its pod.</summary>
    private static void PutSet(FakeApiServer api, string name, string ip)
    {
        FakeObject owner = api.Put(FakeWorkloads.Workload("StatefulSet", "shop", name, new Dictionary<string, string> { ["app"] = name }));
        api.Put(FakePods.Running("shop", $"{name}-0", ip, owner: owner));
    }

    private static async Task<string?> SelectorOfAsync(WatchedService watched, string name) =>
        (string?)(await watched.PodAsync(name))["workload_selector_labels"]?["app"];
}
