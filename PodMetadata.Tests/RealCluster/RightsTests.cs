using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.RealCluster;

/// <summary>The rights that the watch needs, at a real API server.</summary>
[Category("Kubernetes")]
[Explicit("It needs a real API server: scripts/kubernetes runs it.")]
public sealed class RightsTests
{
    [Test]
    public async Task A_missing_right_is_named_and_waited_for()
    {
        using ApiServer api = new();
        await using WatchFleet fleet = new(await TestDatabase.CreateAsync(), await api.CreateAccountAsync("lister", WatchRights.Rules("list")));
        ServiceProcess service = await fleet.StartAsync();

        string line = await service.LineAsync("forbids to watch pods");
        Assert.That(line, Does.Contain("role must allow it").And.Contain("Trying again"));
        await service.WaitForAsync("/readyz", HttpStatusCode.OK);

        await api.PatchAsync("/apis/rbac.authorization.k8s.io/v1/clusterroles/lister", new JsonObject { ["rules"] = WatchRights.Rules() });
        KubeletPod pod = await new Kubelet(api, new IpPool(), new PodJournal()).RunAsync(
            new PodPlan("default", "late", new ClusterNode(0), new JsonObject { ["app"] = "late" }, Owner: null) { IsOnHostNetwork = true });
        await service.WaitForAsync("/pod/name/late", HttpStatusCode.OK);
        await api.DeleteAsync($"{pod.Path}?gracePeriodSeconds=0");
    }
}
