using System.Globalization;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.RealCluster;

/// <summary>A namespace with workloads, whose names are those of the other ones too, and the controllers that give them pods.</summary>
internal sealed class Shop(ApiServer api, Kubelet kubelet, ClusterNode[] nodes, string name, int seed)
{
    private const int Deployments = 6;
    private const int Replicas = 9;
    private const int Ordinals = 3;
    private const int FinishedJobs = 12;

    private readonly Random random = new(seed);
    private readonly List<List<KubeletPod>> deployments = [];
    private readonly List<JsonObject> deploymentObjects = [];
    private readonly List<KubeletPod> stateful = [];
    private readonly Queue<KubeletPod> finished = new();
    private int changes;
    private int names;

    /// <summary>How many pods were created, or ended, or restarted.</summary>
    public int Changes => changes;

    /// <summary>Creates all workloads with their pods.</summary>
    public async Task CreateAsync()
    {
        await api.PostAsync("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
        for (int i = 0; i < Deployments; i++)
        {
            deploymentObjects.Add(await Workloads.CreateAsync(api, "Deployment", name, $"web-{i}", LabelsOf(i)));
            deployments.Add([]);
            JsonObject replicaSet = await ReplicaSetAsync(i);
            for (int n = 0; n < Replicas; n++)
            {
                deployments[i].Add(await RunReplicaAsync(i, replicaSet));
            }
        }

        JsonObject database = await Workloads.CreateAsync(api, "StatefulSet", name, "db", new JsonObject { ["role"] = "db" });
        for (int n = 0; n < Ordinals; n++)
        {
            stateful.Add(await RunAsync(new PodPlan(name, $"db-{n}", AnyNode(), new JsonObject { ["role"] = "db" }, database)));
        }

        JsonObject agent = await Workloads.CreateAsync(api, "DaemonSet", name, "agent", new JsonObject { ["k8s-app"] = $"agent-of-{name}" });
        foreach (ClusterNode node in nodes)
        {
            await RunAsync(new PodPlan(name, $"agent-{name}-{node.Number}", node, new JsonObject { ["k8s-app"] = $"agent-of-{name}" }, agent) { IsOnHostNetwork = true });
        }
    }

    /// <summary>Does one thing of those that happen in a cluster all day.</summary>
    public Task StepAsync() => random.Next(100) switch
    {
        < 25 => RollAsync(random.Next(Deployments), random.Next(1, 4)),
        < 55 => RunJobAsync(),
        < 72 => RestartStatefulAsync(random.Next(Ordinals)),
        < 87 => EvictAsync(random.Next(Deployments), random.Next(Replicas)),
        _ => RestartContainerAsync(random.Next(Deployments), random.Next(Replicas)),
    };

    /// <summary>What pods of a Deployment are labelled with, and selected by: the name that identifies them, or not.</summary>
    private static JsonObject? LabelsOf(int deployment) => deployment switch
    {
        0 => null,
        1 => new JsonObject { ["tier"] = "front" },
        2 => new JsonObject { ["app"] = "shop" },
        3 => new JsonObject { ["app"] = "shop", ["app.kubernetes.io/component"] = "cart" },
        4 => new JsonObject { ["app.kubernetes.io/name"] = "pay", ["k8s-app"] = "other" },
        _ => new JsonObject { ["tier"] = "back", ["partition"] = "1" },
    };

    private async Task RollAsync(int deployment, int pods)
    {
        JsonObject replicaSet = await ReplicaSetAsync(deployment);
        for (int n = 0; n < pods; n++)
        {
            KubeletPod old = deployments[deployment][0];
            deployments[deployment].RemoveAt(0);
            deployments[deployment].Add(await RunReplicaAsync(deployment, replicaSet));
            await EndAsync(old);
        }
    }

    private async Task EvictAsync(int deployment, int index)
    {
        changes++;
        await kubelet.ForceDeleteAsync(deployments[deployment][index]);
        deployments[deployment][index] = await RunReplicaAsync(deployment, await ReplicaSetAsync(deployment));
    }

    private async Task RunJobAsync()
    {
        string job = $"sync-{names++}";
        JsonObject owner = await Workloads.CreateJobAsync(api, name, job);
        KubeletPod pod = await RunAsync(new PodPlan(name, job, AnyNode(), new JsonObject { ["job-name"] = job }, owner));
        await Task.Delay(random.Next(2500));
        changes++;
        await kubelet.FinishAsync(pod, hasFailed: random.Next(4) == 0);
        finished.Enqueue(pod);
        if (finished.Count > FinishedJobs)
        {
            await EndAsync(finished.Dequeue());
        }
    }

    private async Task RestartStatefulAsync(int ordinal)
    {
        KubeletPod old = stateful[ordinal];
        string? ip = random.Next(3) == 0 ? Kubelet.Keep(old) : null;
        await EndAsync(old);
        await Task.Delay(random.Next(2000));
        stateful[ordinal] = await RunAsync(old.Plan with { Node = ip is null ? AnyNode() : old.Plan.Node }, ip);
    }

    private Task RestartContainerAsync(int deployment, int index)
    {
        changes++;
        return kubelet.RestartAsync(deployments[deployment][index]);
    }

    private Task<JsonObject> ReplicaSetAsync(int deployment) =>
        Workloads.CreateAsync(api, "ReplicaSet", name, $"web-{deployment}-{Next()}", LabelsOf(deployment), deploymentObjects[deployment]);

    private Task<KubeletPod> RunReplicaAsync(int deployment, JsonObject replicaSet) => RunAsync(new PodPlan(
        name, $"{replicaSet["metadata"]!["name"]}-{Next()}", AnyNode(), LabelsOf(deployment) ?? new JsonObject { ["name"] = $"{replicaSet["metadata"]!["name"]}" }, replicaSet));

    private Task<KubeletPod> RunAsync(PodPlan plan, string? ip = null)
    {
        changes++;
        return kubelet.RunAsync(plan, ip);
    }

    private Task EndAsync(KubeletPod pod)
    {
        changes++;
        return kubelet.DeleteAsync(pod);
    }

    private ClusterNode AnyNode() => nodes[random.Next(nodes.Length)];

    private string Next() => (names++).ToString("x4", CultureInfo.InvariantCulture);
}
