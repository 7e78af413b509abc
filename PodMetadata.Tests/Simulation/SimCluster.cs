namespace PodMetadata.Tests.Simulation;

/// <summary>A cluster that lives step by step and by the dice of a seed, and takes its time stamps from the real clock; its controllers tell what
/// they see, sooner or later.</summary>
internal sealed class SimCluster(Random random, Truth truth, Oracle oracle)
{
    /// <summary>How long a step is meant to take.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(8);

    private const int Nodes = 200;

    private static readonly string[] Namespaces = ["ns-a", "ns-b", "ns-c"];

    private readonly SimNode[] nodes = [.. Enumerable.Range(0, Nodes).Select(number => new SimNode(number, 0))];

    private readonly List<Stay> live = [];

    private readonly List<Stay> ended = [];

    private readonly PriorityQueue<Action, (int Step, int Number)> agenda = new();

    private readonly List<Message> due = [];

    private int names;

    private int step;

    private int enqueued;

    /// <summary>The IPs that changed hands last.</summary>
    public List<string> Recent { get; } = [];

    public int Live => live.Count;

    /// <summary>The real clock, in the microseconds that the wire keeps.</summary>
    public static DateTime Clock()
    {
        long ticks = DateTime.UtcNow.Ticks;
        return new DateTime(ticks - (ticks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Unspecified);
    }

    /// <summary>Starts some pods: on every node one or two of its network, StatefulSets with equal names in all namespaces, and others.</summary>
    public void Populate(int pods)
    {
        foreach (SimNode node in nodes)
        {
            StartOnHost(node);
        }

        for (int i = 0; i < 90; i++)
        {
            Start(new PodKey(Namespaces[i % 3], $"web-{i / 3}"), AnyNode());
        }

        while (live.Count < pods)
        {
            Start(NewPod("app"), AnyNode());
        }
    }

    /// <summary>One thing happens, and controllers look again at some pods.</summary>
    public void Step()
    {
        step++;
        int dice = random.Next(1000);
        if (dice < 300)
        {
            Replace(Pick("app-"));
        }
        else if (dice < 450)
        {
            Restart(Pick("web-"));
        }
        else if (dice < 550)
        {
            Start(NewPod("job"), AnyNode());
        }
        else if (dice < 650)
        {
            End(Pick("job-"), byPost: true);
        }
        else if (dice < 700)
        {
            RestartOnHost(Pick("proxy-"));
        }
        else if (dice < 800)
        {
            Reconcile();
        }
        else if (dice < 805)
        {
            Remove(AnyNode());
        }

        for (int i = 0; i < 5; i++)
        {
            Announce(MessageKind.Seen, live[random.Next(live.Count)]);
        }
    }

    /// <summary>The messages that arrive now: of each name at most one, so that it is clear which came first.</summary>
    public Message[] TakeDue()
    {
        while (agenda.TryPeek(out _, out (int Step, int Number) at) && at.Step <= step)
        {
            agenda.Dequeue()();
        }

        Message[] now = [.. due.DistinctBy(message => message.Stay.Pod.Name)];
        due.RemoveAll(now.ToHashSet().Contains);
        return now;
    }

    private SimNode AnyNode() => nodes[random.Next(Nodes)];

    private PodKey NewPod(string workload) => new(Namespaces[random.Next(3)], $"{workload}-{++names}");

    /// <summary>A live pod of a kind: mostly one of the youngest, so that IPs change hands again and again.</summary>
    private Stay? Pick(string kind)
    {
        List<Stay> those = live.FindAll(stay => stay.Pod.Name.StartsWith(kind, StringComparison.Ordinal));
        return those.Count == 0 ? null : those[random.Next(3) == 0 ? random.Next(those.Count) : Math.Max(0, those.Count - 1 - random.Next(60))];
    }

    private void Start(PodKey pod, SimNode node) => Begin(new Stay(pod, node.Take(), node.Name, hostNetwork: false, Clock()));

    private void StartOnHost(SimNode node)
    {
        Begin(new Stay(new PodKey("kube-system", $"proxy-{node.Name}"), node.Ip, node.Name, hostNetwork: true, Clock()));
        if (node.Number % 2 == 0)
        {
            Begin(new Stay(new PodKey("monitoring", $"exporter-{node.Name}"), node.Ip, node.Name, hostNetwork: true, Clock()));
        }
    }

    private void Begin(Stay stay)
    {
        live.Add(stay);
        truth.Add(stay);
        Recent.Add(stay.Ip);
        Announce(MessageKind.Seen, stay);
    }

    /// <summary>A pod ends; its IP is free at once.</summary>
    private void Finish(Stay stay)
    {
        stay.To = Clock();
        live.Remove(stay);
        ended.Add(stay);
        Recent.Add(stay.Ip);
        if (!stay.HostNetwork && NodeOf(stay) is { } node)
        {
            node.Return(stay.Ip);
        }
    }

    private void End(Stay? stay, bool byPost)
    {
        if (stay is not null)
        {
            Finish(stay);
            Announce(byPost ? MessageKind.Ended : MessageKind.Gone, stay);
        }
    }

    /// <summary>A rollout: a pod with a new name, mostly on the same node and so with the same IP, within a second.</summary>
    private void Replace(Stay? stay)
    {
        if (stay is not null)
        {
            End(stay, byPost: random.Next(2) == 0);
            SimNode node = random.Next(4) > 0 && NodeOf(stay) is { } same ? same : AnyNode();
            Within(1000, () => Start(NewPod("app"), NodeNow(node)));
        }
    }

    /// <summary>A pod of a StatefulSet comes back under its name, mostly elsewhere; what tells of the old one, a mark or its end, may come later.</summary>
    private void Restart(Stay? stay)
    {
        if (stay is not null)
        {
            Finish(stay);
            Within(500, () => Start(stay.Pod, AnyNode()));
            int report = random.Next(4);
            if (report > 0)
            {
                Announce(report == 1 ? MessageKind.Ended : MessageKind.Gone, stay);
            }
        }
    }

    /// <summary>A pod on its node's network comes back with its name and IP.</summary>
    private void RestartOnHost(Stay? stay)
    {
        if (stay is not null && NodeOf(stay) is not null)
        {
            End(stay, byPost: random.Next(2) == 0);
            Begin(new Stay(stay.Pod, stay.Ip, stay.Node, hostNetwork: true, Clock()));
        }
    }

    /// <summary>A reconciler with a stale view marks a pod dead that ended long ago, or repeats an old post.</summary>
    private void Reconcile()
    {
        if (ended.Count > 0)
        {
            Stay stale = ended[Math.Max(0, ended.Count - 1 - random.Next(100))];
            if (random.Next(3) > 0)
            {
                Announce(MessageKind.Gone, stale);
            }
            else
            {
                Send(new Message(MessageKind.Seen, stale, stale.From));
            }
        }
    }

    /// <summary>A node is gone with its pods, and nobody tells; half of them come back under another name with the same IPs.</summary>
    private void Remove(SimNode node)
    {
        foreach (Stay stay in live.FindAll(stay => stay.Node == node.Name))
        {
            stay.To = Clock();
            live.Remove(stay);
            Recent.Add(stay.Ip);
        }

        nodes[node.Number] = random.Next(2) == 0 ? new SimNode(node.Number, node.Life + 1) : nodes[(node.Number + 1) % Nodes];
    }

    private SimNode? NodeOf(Stay stay) => Array.Find(nodes, node => node.Name == stay.Node);

    private SimNode NodeNow(SimNode node) => nodes.Contains(node) ? node : AnyNode();

    private void Announce(MessageKind kind, Stay stay)
    {
        DateTime now = Clock();
        Send(new Message(kind, stay, now));
        if (random.Next(10) == 0)
        {
            Send(new Message(kind, stay, now));
        }
    }

    /// <summary>Most arrive at once, some late, a few very late.</summary>
    private void Send(Message message)
    {
        oracle.Announce(message);
        Within(random.Next(10) switch { < 7 => 30, < 9 => 400, _ => 3000 }, () => due.Add(message));
    }

    private void Within(int milliseconds, Action action) =>
        agenda.Enqueue(action, (step + (int)(random.Next(milliseconds) / Pace.TotalMilliseconds), ++enqueued));
}
