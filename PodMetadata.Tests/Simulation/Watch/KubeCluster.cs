using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using PodMetadata.Tests.Kubernetes;

namespace PodMetadata.Tests.Simulation.Watch;

/// <summary>A cluster in the fake API server that lives step by step, by the dice of a seed. Few nodes give few IPs to many pods, one after the
/// other.</summary>
internal sealed class KubeCluster(FakeApiServer server, SimClock clock, WatchOracle oracle, Random random)
{
    /// <summary>How long a step is meant to take.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    private const int Nodes = 6;

    private const int FirstNode = 100; // the addresses below are those of the pods that only live

    private const int Apps = 40;

    private static readonly string[] Namespaces = ["ns-a", "ns-b"];

    private readonly SimNode[] nodes = [.. Enumerable.Range(FirstNode, Nodes).Select(number => new SimNode(number, 0))];

    private readonly List<KubePod> pods = [];

    private readonly KubeWorkloads workloads = new(server);

    private readonly Agenda agenda = new(random);

    private readonly List<(KubePod Pod, string Text)> journal = [];

    private int names;

    /// <summary>The pods that the API server has.</summary>
    public IReadOnlyList<KubePod> Pods => pods;

    public int Steps => agenda.Step;

    /// <summary>Whether no pod is between the end of its containers and its deletion.</summary>
    public bool IsSettled => !pods.Exists(pod => pod.IsLeaving);

    /// <summary>Creates workloads and starts their pods, beside some that only live.</summary>
    public void Populate(int quiet)
    {
        clock.Tick();
        workloads.Create(Namespaces);
        LoadQuiet(quiet);
        foreach (SimNode node in nodes)
        {
            StartOnHost(node, "proxy");
            StartOnHost(node, "exporter");
        }

        for (int i = 0; i < 12; i++)
        {
            Start(new PodKey(Namespaces[i % 2], $"web-{i / 2}"), "web", AnyNode());
        }
    }

    /// <summary>Something may happen.</summary>
    /// <param name="isSettling">Whether only what has begun goes on.</param>
    public void Step(bool isSettling = false)
    {
        clock.Tick();
        agenda.Advance();

        if (isSettling)
        {
            return;
        }

        if (pods.Count(pod => !pod.IsFinished && (Is(pod, "app") || Is(pod, "job"))) < Apps)
        {
            string kind = random.Next(3) == 0 ? "job" : "app";
            Start(new PodKey(Namespaces[random.Next(2)], $"{kind}-{++names}"), kind, AnyNode());
        }

        switch (random.Next(1000))
        {
            case < 70: End(Pick("app")); break;
            case < 110: Finish(Pick("job")); break;
            case < 140: End(Pick("web")); break;
            case < 150: End(Pick("proxy")); break;
            case < 180: RestartContainer(Pick(random.Next(2) == 0 ? "app" : "web")); break;
            case 180: Vanish(AnyNode()); break;
        }
    }

    /// <summary>What last happened to pods, to explain a mistake.</summary>
    public string Story(Predicate<KubePod> isOf) => string.Join('\n', journal.Where(note => isOf(note.Pod)).Select(note => note.Text).TakeLast(40));

    /// <summary>Skips some time: what the API server says of moments moves into the past.</summary>
    /// <returns>What became of each pod, by the version that it had.</returns>
    public Dictionary<long, FakeObject> Skip(TimeSpan time)
    {
        clock.Skip(time);
        Dictionary<long, FakeObject> moved = [];
        foreach (FakeObject pod in server.Pods)
        {
            moved[pod.Version] = server.Update(pod.Namespace, pod.Name, manifest => ManifestTimes.Move(manifest, -time));
        }

        server.Compact();
        return moved;
    }

    private void LoadQuiet(int count)
    {
        server.Load(FakePods.Many(count, clock.Wire));
        SimNode nowhere = new(0, 0);
        foreach (FakeObject found in server.Pods)
        {
            JsonNode pod = found.ToJson();
            KubeWorkload itself = new("pod", null, KubeWorkload.NoLabels, found.Name, null);
            KubePod quiet = new(new PodKey(found.Namespace, found.Name), itself, nowhere, hasCondition: true);
            pods.Add(quiet);
            Begin(quiet, (string)pod["status"]!["podIP"]!, (string)pod["spec"]!["nodeName"]!, found.Version);
        }
    }

    private SimNode AnyNode() => nodes[random.Next(Nodes)];

    private SimNode NodeNow(SimNode node) => nodes.Contains(node) ? node : AnyNode();

    private static bool Is(KubePod pod, string kind) => pod.Workload.Kind == kind;

    private KubePod? Pick(string kind)
    {
        List<KubePod> those = pods.FindAll(pod => Is(pod, kind) && !pod.IsEnding && pod.KnownFrom is not null);
        return those.Count == 0 ? null : those[random.Next(those.Count)];
    }

    private void StartOnHost(SimNode node, string name) => Start(new PodKey("kube-system", $"{name}-{node.Number}"), "proxy", node);

    private void Start(PodKey key, string kind, SimNode node)
    {
        KubePod pod = new(key, workloads.Find(kind, key.Namespace), node, hasCondition: random.Next(4) > 0);
        pods.Add(pod);
        JsonObject manifest = FakePods.Pending(key.Namespace, key.Name, clock.Wire, pod.Workload.Labels, pod.Workload.Owner, isOnHostNetwork: Is(pod, "proxy"));
        Note(pod, server.Put(manifest).Version, "Pending");
        agenda.Within(10, pod, () =>
        {
            Update(pod, manifest => manifest.Schedule(pod.Node.Name, clock.Wire));
            agenda.Within(40, pod, () => Run(pod));
        });
    }

    /// <summary>The pod gets its IP, and its containers start at once or later.</summary>
    private void Run(KubePod pod)
    {
        string ip = Is(pod, "proxy") ? pod.Node.Ip : pod.Node.Take();
        if (random.Next(2) == 0)
        {
            long at = Update(pod, manifest => manifest.Run(ip, clock.Wire, pod.HasCondition));
            Begin(pod, ip, pod.Node.Name, at);
            return;
        }

        long since = Update(pod, manifest => manifest.CreateSandbox(ip, clock.Wire, pod.HasCondition));
        Begin(pod, ip, pod.Node.Name, since, isKnown: pod.HasCondition);
        agenda.Within(100, pod, () =>
        {
            if (pod.Stay!.To is not null)
            {
                return;
            }

            long started = Update(pod, manifest => manifest.StartContainers(clock.Wire));
            if (!pod.HasCondition)
            {
                Know(pod, started);
            }

            agenda.Within(30, pod, () =>
            {
                if (pod.Stay.To is null)
                {
                    Update(pod, manifest => manifest.BecomeReady(clock.Wire));
                }
            });
        });
    }

    private void Begin(KubePod pod, string ip, string node, long since, bool isKnown = true)
    {
        pod.Stay = new Stay(pod.Key, ip, node, Is(pod, "proxy"), clock.Now);
        oracle.Add(pod);
        if (isKnown)
        {
            Know(pod, since);
        }
    }

    private void Know(KubePod pod, long since) => (pod.KnownFrom, pod.Stamp, pod.KnownSince) = (clock.Now, clock.Now, since);

    private void RestartContainer(KubePod? pod)
    {
        if (pod is not null)
        {
            DateTimeOffset now = clock.Wire;
            bool isRunning = false;
            Update(pod, manifest =>
            {
                isRunning = manifest["status"]!["containerStatuses"]![0]!["state"]!["running"] is not null;
                if (isRunning)
                {
                    manifest.RestartContainer(now, now);
                }
            });
            if (isRunning && !pod.HasCondition)
            {
                (pod.Stamp, pod.TellsStart) = (clock.Now, false);
            }
        }
    }

    /// <summary>A Job's pod ends by itself, and its IP is free while the API server still has it, in some versions without the IP at first.</summary>
    private void Finish(KubePod? pod)
    {
        if (pod is null)
        {
            return;
        }

        pod.IsEnding = true;
        bool keepsIp = random.Next(2) == 0;
        Finish(pod, keepsIp);
        if (!keepsIp && random.Next(4) > 0)
        {
            agenda.Within(40, pod, () => Update(pod, manifest => manifest.SetIp(pod.Stay!.Ip)));
        }

        agenda.Within(600, pod, () => Delete(pod));
    }

    private void Finish(KubePod pod, bool keepsIp)
    {
        bool hasSucceeded = random.Next(2) == 0;
        long since = Update(pod, manifest => manifest.Finish(clock.Wire, hasSucceeded, keepsIp));
        pod.IsFinished = true;
        End(pod, since, tellsEnd: true);
    }

    /// <summary>Somebody deletes a pod: by force, or with a grace period, after which its kubelet says that the containers ended, or does not. A pod of
    /// a StatefulSet and one of the host network come back under their names.</summary>
    private void End(KubePod? pod)
    {
        if (pod is null)
        {
            return;
        }

        pod.IsEnding = true;
        if (random.Next(4) == 0)
        {
            Delete(pod);
            return;
        }

        Update(pod, manifest => manifest.Terminate(clock.Wire));
        int way = random.Next(3);
        agenda.Within(50, pod, () =>
        {
            if (way == 0)
            {
                Delete(pod);
            }
            else if (way == 1)
            {
                Finish(pod, keepsIp: random.Next(2) == 0);
                agenda.Within(60, pod, () => Delete(pod));
            }
            else
            {
                long since = Update(pod, manifest =>
                {
                    manifest.Finish(clock.Wire);
                    manifest["status"]!["phase"] = "Running"; // as kubelets did before 1.27
                });
                End(pod, since, tellsEnd: true);
                agenda.Within(60, pod, () => Delete(pod));
            }
        });
    }

    private void End(KubePod pod, long since, bool tellsEnd)
    {
        if (pod.Stay is { To: null } stay)
        {
            stay.To = clock.Now;
            (pod.EndedSince, pod.TellsEnd) = (since, tellsEnd);
            if (!stay.HostNetwork && nodes.Contains(pod.Node))
            {
                pod.Node.Return(stay.Ip);
            }
        }
    }

    private void Delete(KubePod pod)
    {
        pod.IsDeleted = pod.IsEnding = true;
        pods.Remove(pod);
        End(pod, Note(pod, server.Delete(pod.Key.Namespace, pod.Key.Name).Version, "Delete"), tellsEnd: false);
        if (Is(pod, "web"))
        {
            SimNode node = random.Next(2) == 0 ? NodeNow(pod.Node) : AnyNode();
            agenda.Within(25, null, () => Start(pod.Key, "web", NodeNow(node)));
        }
        else if (Is(pod, "proxy") && nodes.Contains(pod.Node))
        {
            agenda.Within(25, null, () =>
            {
                if (nodes.Contains(pod.Node))
                {
                    Start(pod.Key, "proxy", pod.Node);
                }
            });
        }
    }

    /// <summary>A node is gone, and its pods with it at once; another one has its addresses.</summary>
    private void Vanish(SimNode node)
    {
        SimNode other = new(node.Number, node.Life + 1);
        nodes[Array.IndexOf(nodes, node)] = other;
        foreach (KubePod pod in pods.FindAll(pod => pod.Node == node))
        {
            Delete(pod);
        }

        agenda.Within(50, null, () =>
        {
            if (nodes.Contains(other))
            {
                StartOnHost(other, "proxy");
                StartOnHost(other, "exporter");
            }
        });
    }

    private long Update(KubePod pod, Action<JsonObject> change, [CallerArgumentExpression(nameof(change))] string what = "") =>
        Note(pod, server.Update(pod.Key.Namespace, pod.Key.Name, change).Version, what);

    private long Note(KubePod pod, long version, string what)
    {
        journal.Add((pod, $"  {clock.Now:HH:mm:ss.ff} version {version}: {pod.Key}: {what.Split("manifest.")[^1].ReplaceLineEndings(" ")}"));
        return version;
    }
}
