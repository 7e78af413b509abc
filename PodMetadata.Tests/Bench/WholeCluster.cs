using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace PodMetadata.Tests.Bench;

/// <summary>The load of a whole cluster on a subject: every pod is posted each minute, 2 % of the posts with a change; every node is listed each
/// minute; each second 50 IPs are looked up, 5 requests resolve 100 IPs each, and 10 pods are replaced.</summary>
internal sealed class WholeCluster(Subject subject, Manifest[] manifests) : IDisposable
{
    private const int PodsPerNode = 30;
    private const int TicksPerSecond = 50;

    private static readonly DateTime Began = new(2026, 7, 1);

    private readonly ConcurrentBag<double> lookups = [];

    private readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = subject.Service.Address };

    private int posted;
    private int listed;
    private int replaced;

    /// <summary>The 99th percentile of the lookups, in milliseconds.</summary>
    public double LookupP99 => lookups.Order().ElementAt(lookups.Count * 99 / 100);

    /// <summary>Requests that were sent.</summary>
    public int Requests { get; private set; }

    /// <summary>Applies the load, at its rate whatever the service's, and returns when all is answered.</summary>
    public async Task RunAsync(int seconds)
    {
        lookups.Clear();
        ConcurrentBag<Task> sent = [];
        Stopwatch clock = Stopwatch.StartNew();
        for (int tick = 0; tick < seconds * TicksPerSecond; tick++)
        {
            TimeSpan early = TimeSpan.FromSeconds((double)tick / TicksPerSecond) - clock.Elapsed;
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early);
            }

            foreach (Func<Task> request in Due(tick))
            {
                sent.Add(request());
                Requests++;
            }
        }

        await Task.WhenAll(sent);
    }

    public void Dispose() => http.Dispose();

    private IEnumerable<Func<Task>> Due(int tick)
    {
        int perTick = subject.Pods / 60 / TicksPerSecond;
        for (int i = 0; i < perTick; i++)
        {
            int id = (posted++ * 7919 % subject.Pods) + 1;
            int manifest = posted % 50 == 0 ? id + posted : id - 1;
            yield return () => PostAsync("/pod/spec", Spec($"pod-{id}", id, manifest));
        }

        for (; listed < (double)tick / TicksPerSecond * subject.Pods / PodsPerNode / 60; listed++)
        {
            yield return () => GetAsync($"/pod/list/node-{listed * 31 % (subject.Pods / PodsPerNode)}");
        }

        yield return LookUpAsync;
        if (tick % 10 == 0)
        {
            yield return () => PostAsync("/pod/resolve", $"[{string.Join(',', Enumerable.Range(0, 100).Select(i => $$"""{"ip":"{{Ip(AnyPod(tick + i))}}"}"""))}]");
        }

        if (tick % 5 == 0)
        {
            int id = (++replaced * 104729 % subject.Pods) + 1;
            yield return async () =>
            {
                await PostAsync("/pod/mark_dead", $$"""{"pod_name":"pod-{{id}}","pod_ip":"{{Ip(id)}}"}""");
                await PostAsync("/pod/spec", Spec($"new-{replaced}", id, id));
            };
        }
    }

    private async Task LookUpAsync()
    {
        long start = Stopwatch.GetTimestamp();
        await GetAsync($"/pod/ip/{Ip(AnyPod(lookups.Count))}");
        lookups.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    private async Task GetAsync(string path)
    {
        using HttpResponseMessage answer = await http.GetAsync(path);
        await answer.Content.CopyToAsync(Stream.Null);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), path);
    }

    private async Task PostAsync(string path, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await http.PostAsync(path, content);
        await answer.Content.CopyToAsync(Stream.Null);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), path);
    }

    private string Spec(string name, int id, int manifest) => string.Create(CultureInfo.InvariantCulture, $$"""
        {"pod_name":"{{name}}","pod_namespace":"ns-{{id % 80}}","pod_ip":"{{Ip(id)}}","node_name":"node-{{id / PodsPerNode}}","is_dead":false{{manifests[manifest % manifests.Length].Body}},"time_stamp":"{{Began.AddMicroseconds(posted):yyyy-MM-dd'T'HH:mm:ss.ffffff}}"}
        """);

    private int AnyPod(int i) => (i * 15485863 % subject.Pods + subject.Pods) % subject.Pods + 1;

    private static string Ip(int id) => string.Create(CultureInfo.InvariantCulture, $"10.{id / 65536}.{id / 256 % 256}.{id % 256}");
}
