namespace PodMetadata.Tests.Kubernetes;

/// <summary>Kubeconfigs that cannot be used for a while, because a file is being replaced, or a credential plugin fails.</summary>
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
        await watched.LoggedAsync($"Kubernetes:Kubeconfig ({api.KubeconfigPath}) cannot be used");
        await File.WriteAllTextAsync(api.KubeconfigPath, kubeconfig);
        api.Put(FakePods.Running("shop", "web-0", "10.2.14.3"));
        await watched.HolderIsAsync("10.2.14.3", "unique web-0");
        Assert.That(watched.CountLogged("The watch failed"), Is.Zero);
    }
}
