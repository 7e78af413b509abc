using System.Collections.Concurrent;
using System.Diagnostics;

namespace PodMetadata.Tests.Bench;

/// <summary>The load of a whole cluster on a subject.
/// <list type="bullet">
/// <item>Each node's controller posts its 30 pods once a minute, one after another, over a connection of its own that it keeps. So there are
/// 5,000 connections, of which a few are busy at a time.</item>
/// <item>Each minute another fiftieth of the pods has changed since its last post, and stays as it is until it changes again.</item>
/// <item>10 pods a second are replaced: the controller marks one dead and posts another in its place, with its IP.</item>
/// <item>Other clients list each node once a minute, look up 50 IPs a second, and resolve 100 IPs in each of 5 requests a second.</item>
/// </list>
/// A controller begins, and a client asks, at a random moment of each interval, whatever the answers before. A latency counts from when the
/// request was due, so that a service that falls behind does not hide it.</summary>
internal sealed class WholeCluster(Subject subject, Manifest[] manifests) : IDisposable
{
    /// <summary>How many pods a node has.</summary>
    public const int PodsPerNode = 30;

    private const int Period = 60;
    private const int ResolvedIps = 100;

    // More than are busy at a time, unless the service falls behind. Each has a connection for the requests that are no controller's.
    private const int Threads = 64;

    private readonly ClusterPods pods = new(subject.Pods, manifests);
    private readonly RawClient[] controllers = [.. Enumerable.Range(0, (subject.Pods / PodsPerNode) + 1).Select(_ => new RawClient(subject.Service.Address))];
    private readonly Random random = new(4711);
    private readonly ConcurrentBag<double> lookups = [];
    private readonly ConcurrentBag<double> posts = [];
    private readonly Stopwatch clock = new();

    private int elapsed;
    private int requests;
    private int taken;

    private delegate void Work(RawClient client, int number, TimeSpan due);

    /// <summary>The 99th percentile of the lookups, in milliseconds.</summary>
    public double LookupP99 => Percentile99(lookups);

    /// <summary>The 99th percentile of the posts, in milliseconds.</summary>
    public double PostP99 => Percentile99(posts);

    /// <summary>Applies the load at its rate, and returns the number of requests when all are answered. The first minute brings each pod
    /// into the state that its controller knows; from then on the service must count the changes that there are.</summary>
    public async Task<int> RunAsync(int seconds)
    {
        (requests, taken) = (0, 0);
        lookups.Clear();
        posts.Clear();
        pods.Begin();
        (TimeSpan Due, Work Work, int Number)[] works = [.. Works(seconds).OrderBy(work => work.Due)];
        (double Unchanged, double Replaced, double Inserted) before = await StoredAsync();
        clock.Restart();
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
            () => DoWorks(works), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        (double Unchanged, double Replaced, double Inserted) after = await StoredAsync();
        if (elapsed >= Period)
        {
            Assert.That((after.Unchanged - before.Unchanged, after.Replaced - before.Replaced, after.Inserted - before.Inserted), Is.EqualTo(pods.Outcomes), "unchanged, replaced, inserted");
        }

        elapsed += seconds;
        return requests;
    }

    public void Dispose() => Array.ForEach(controllers, controller => controller.Dispose());

    private static double Percentile99(ConcurrentBag<double> latencies) => latencies.Order().ElementAt(latencies.Count * 99 / 100);

    private async Task<(double Unchanged, double Replaced, double Inserted)> StoredAsync() => (
        await Subject.StoredAsync("unchanged", subject.Service), await Subject.StoredAsync("replaced", subject.Service), await Subject.StoredAsync("inserted", subject.Service));

    private IEnumerable<(TimeSpan Due, Work Work, int Number)> Works(int seconds)
    {
        double nodes = (double)controllers.Length / Period;
        return [.. Each(nodes, PostNode), .. Each(nodes, ListNode), .. Each(50, LookUp), .. Each(5, Resolve), .. Each(10, Replace)];

        IEnumerable<(TimeSpan Due, Work Work, int Number)> Each(double rate, Work work)
        {
            for (int number = (int)Math.Ceiling(elapsed * rate); number < (elapsed + seconds) * rate; number++)
            {
                yield return (TimeSpan.FromSeconds(((number + random.NextDouble()) / rate) - elapsed), work, number);
            }
        }
    }

    private void DoWorks((TimeSpan Due, Work Work, int Number)[] works)
    {
        using RawClient client = new(subject.Service.Address);
        for (int i; (i = Interlocked.Increment(ref taken) - 1) < works.Length;)
        {
            (TimeSpan due, Work work, int number) = works[i];
            TimeSpan early = due - clock.Elapsed;
            if (early > TimeSpan.Zero)
            {
                Thread.Sleep((int)Math.Ceiling(early.TotalMilliseconds));
            }

            work(client, number, due);
        }
    }

    private void PostNode(RawClient client, int number, TimeSpan due)
    {
        int node = Spread(number, controllers.Length);
        lock (controllers[node])
        {
            for (int id = Math.Max(node * PodsPerNode, 1); id < (node + 1) * PodsPerNode && id <= subject.Pods; id++)
            {
                pods.Post(controllers[node], id, minute: number / controllers.Length);
                due = Answered(posts, due);
            }
        }
    }

    private void Replace(RawClient client, int number, TimeSpan due)
    {
        int id = Spread(number, subject.Pods) + 1;
        RawClient controller = controllers[id / PodsPerNode];
        lock (controller)
        {
            pods.Replace(controller, id);
            Interlocked.Add(ref requests, 2);
        }
    }

    private void ListNode(RawClient client, int number, TimeSpan due)
    {
        client.Get($"/pod/list/node-{Spread(number, controllers.Length)}");
        Interlocked.Increment(ref requests);
    }

    private void LookUp(RawClient client, int number, TimeSpan due)
    {
        client.Get($"/pod/ip/{ClusterPods.Ip(Spread(number, subject.Pods) + 1)}");
        Answered(lookups, due);
    }

    private void Resolve(RawClient client, int number, TimeSpan due)
    {
        ClusterPods.Resolve(client, Enumerable.Range(number * ResolvedIps, ResolvedIps).Select(i => Spread(i, subject.Pods) + 1));
        Interlocked.Increment(ref requests);
    }

    /// <summary>Counts a request that was due at a moment, and returns when it was answered.</summary>
    private TimeSpan Answered(ConcurrentBag<double> latencies, TimeSpan due)
    {
        TimeSpan now = clock.Elapsed;
        latencies.Add((now - due).TotalMilliseconds);
        Interlocked.Increment(ref requests);
        return now;
    }

    // Numbers that follow each other are far apart: nodes that post at the same time do not have their pods on the same pages.
    private static int Spread(int number, int count) => (int)(number * 7919L % count);
}
