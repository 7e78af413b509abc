namespace PodMetadata.Tests.Kubernetes;

/// <summary>What the watch costs a service that has it off.</summary>
[Parallelizable]
public sealed class WatchProcessTests
{
    [Test]
    public async Task Nothing_of_the_watch_is_loaded_until_it_is_on()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        await using ServiceProcess off = await ServiceProcess.StartAsync();
        await using ServiceProcess on = await ServiceProcess.StartAsync(("Kubernetes__Watch", "true"), ("Kubernetes__Kubeconfig", api.KubeconfigPath));
        await on.LineAsync("Listed ");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Loaded(off), Is.Empty);
            Assert.That(Loaded(on), Is.Not.Empty);
        }
    }

    private static string[] Loaded(ServiceProcess service) =>
        [.. File.ReadLines($"/proc/{service.Id}/maps").Where(line => line.EndsWith("/KubernetesClient.dll", StringComparison.Ordinal)).Distinct()];
}
