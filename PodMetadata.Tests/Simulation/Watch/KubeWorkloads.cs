using System.Text.Json.Nodes;
using PodMetadata.Tests.Kubernetes;

namespace PodMetadata.Tests.Simulation.Watch;

/// <summary>The workloads of a simulated cluster.</summary>
internal sealed class KubeWorkloads(FakeApiServer server)
{
    private const string System = "kube-system";

    private readonly Dictionary<(string Kind, string Namespace), KubeWorkload> workloads = [];

    /// <summary>Creates namespaces, each with a Deployment, a StatefulSet and a Job, and a DaemonSet beside them.</summary>
    public void Create(IEnumerable<string> namespaces)
    {
        foreach (string place in namespaces)
        {
            AddNamespace(place);
            Dictionary<string, string> app = new() { ["app"] = "shop" };
            FakeObject deployment = server.Put(FakeWorkloads.Workload("Deployment", place, "shop", app));
            FakeObject replicas = server.Put(FakeWorkloads.Workload("ReplicaSet", place, "shop-5d9f", new Dictionary<string, string> { ["app"] = "shop", ["hash"] = "5d9f" }, deployment));
            FakeObject stateful = server.Put(FakeWorkloads.Workload("StatefulSet", place, "web", new Dictionary<string, string> { ["role"] = "web" }));
            FakeObject job = server.Put(FakeWorkloads.Workload("Job", place, "import"));
            Add(place, new KubeWorkload("app", replicas, KubeWorkload.NoLabels, "shop", """{"app":"shop"}"""));
            Add(place, new KubeWorkload("web", stateful, new Dictionary<string, string> { ["app.kubernetes.io/name"] = "web-server" }, "web-server", """{"role":"web"}"""));
            Add(place, new KubeWorkload("job", job, KubeWorkload.NoLabels, null, null));
        }

        AddNamespace(System);
        FakeObject daemons = server.Put(FakeWorkloads.Workload("DaemonSet", System, "proxy"));
        Add(System, new KubeWorkload("proxy", daemons, KubeWorkload.NoLabels, "proxy", null));
    }

    public KubeWorkload Find(string kind, string @namespace) => workloads[(kind, @namespace)];

    private void Add(string place, KubeWorkload workload) => workloads.Add((workload.Kind, place), workload);

    private void AddNamespace(string name) =>
        server.Put(new JsonObject { ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name } });
}
