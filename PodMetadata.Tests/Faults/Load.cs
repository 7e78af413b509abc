using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Faults;

/// <summary>A steady mix of requests from several workers, each with the journal of its writes, and the probes every 100 ms.</summary>
internal sealed class Load : IAsyncDisposable
{
    public const string Live = "/livez";

    public const string Ready = "/readyz";

    /// <summary>How long the service is given to be back before it is judged.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>How long the service may take to say that it is not ready.</summary>
    private static readonly TimeSpan LongestUnnoticed = TimeSpan.FromSeconds(5);

    private const int Workers = 16;

    /// <summary>A worker takes no new names beyond these.</summary>
    private const int NamesPerWorker = 30;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    private static readonly TimeSpan ListingPause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(100);

    /// <summary>What must be served: all but the probe that never fails.</summary>
    private static readonly string[] Routes = ["/pod/spec", "/pod/mark_dead", "/pod/name", "/pod/ip", "/pod/list", "/pod/info", Ready];

    private static int loads;

    private readonly Stopwatch clock = Stopwatch.StartNew();

    private readonly ConcurrentQueue<Answer> answers = new();

    private readonly HttpClient http;

    // As Kubernetes probes: a new connection each time.
    private readonly HttpClient probes;

    private readonly CancellationTokenSource stopping = new();

    private readonly Journal[] journals;

    private readonly Task[] tasks;

    private volatile Uri[] instances;

    private volatile int epoch;

    /// <summary>Begins to ask one instance of the service, or several in turn.</summary>
    public Load(params Uri[] services)
    {
        int load = Interlocked.Increment(ref loads);
        instances = services;
        http = Client(new SocketsHttpHandler());
        probes = Client(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero });
        journals = [.. Enumerable.Range(1, Workers).Select(worker => new Journal($"{load}-{worker}"))];
        tasks = [.. journals.Select((journal, seed) => WorkAsync(journal, new Random(seed))), ListAsync(), ProbeAsync(Live), ProbeAsync(Ready)];
    }

    /// <summary>The load's time.</summary>
    public TimeSpan Now => clock.Elapsed;

    /// <summary>All answers so far.</summary>
    public Answer[] Answers => [.. answers];

    /// <summary>Asks these instances from now on.</summary>
    public void Ask(params Uri[] services) => instances = services;

    /// <summary>Begins the journals anew, because somebody emptied the table.</summary>
    public void ForgetJournals() => Interlocked.Increment(ref epoch);

    /// <summary>Returns when the service has said that it is not ready, or when its time for that is up.</summary>
    public async Task WaitUntilUnreadyAsync()
    {
        for (TimeSpan began = Now; Now < began + LongestUnnoticed && !Answers.Any(answer => answer is { Route: Ready, Outcome: Outcome.Refused });)
        {
            await Task.Delay(50);
        }
    }

    /// <summary>Returns when every route has been served for a second, or when its time is up.</summary>
    public async Task WaitUntilServedAsync(TimeSpan back)
    {
        while (Now < back + Patience)
        {
            await Task.Delay(50);
            Answer[] recent = [.. Answers.Where(answer => answer.Started > back && answer.Answered > Now - TimeSpan.FromSeconds(1))];
            if (recent.All(answer => answer.Outcome == Outcome.Served) && Routes.All(route => recent.Any(answer => answer.Route == route)))
            {
                return;
            }
        }
    }

    /// <summary>From the database's return to the last answer that was none, or to the first of the last route that is served again.</summary>
    public TimeSpan Recovery(TimeSpan back)
    {
        Answer[] after = [.. Answers.Where(answer => answer.Answered > back)];
        IEnumerable<TimeSpan> failures = after.Where(answer => answer.Outcome != Outcome.Served).Select(answer => answer.Answered);
        IEnumerable<TimeSpan> successes = Routes.Select(route => after.Where(answer => answer.Route == route && answer.Outcome == Outcome.Served)
            .Select(answer => answer.Answered).DefaultIfEmpty(back + Patience).Min());
        return failures.Concat(successes).Max() - back;
    }

    /// <summary>Sends no more, and returns when everything is answered.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(tasks);
    }

    /// <summary>The acknowledged writes that a table lacks.</summary>
    public string[] Lost(IReadOnlyDictionary<string, PodState> table) => [.. journals.SelectMany(journal => journal.Lost(table))];

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        http.Dispose();
        probes.Dispose();
        stopping.Dispose();
    }

    private HttpClient Client(SocketsHttpHandler handler) =>
        new(new Balancer(() => instances) { InnerHandler = handler }) { BaseAddress = instances[0], Timeout = TimeSpan.FromSeconds(10) };

    private async Task WorkAsync(Journal journal, Random random)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(Pause);
            if (journal.Epoch != epoch)
            {
                journal.Forget(epoch);
            }

            string name = journal.Names.Count == 0 ? "" : journal.Names[random.Next(journal.Names.Count)];
            await (random.Next(100) switch
            {
                var dice when name is "" || (dice < 20 && journal.Names.Count < NamesPerWorker) => PostAsync(journal, journal.NewName(), new PodState(1, false)),
                < 45 => PostAsync(journal, name, new PodState(journal[name].Version + 1, false)),
                < 55 => PostAsync(journal, name, journal[name] with { IsDead = false }),
                < 68 => MarkDeadAsync(journal, name),
                < 81 => FindAsync(journal, "/pod/name", name, name),
                < 94 => FindAsync(journal, "/pod/ip", LoadPod.Ip(name), name),
                _ => ListNodeAsync(journal, LoadPod.Node(name)),
            });
        }
    }

    private async Task ListAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(ListingPause);
            int began = epoch;
            int rows = journals.Sum(journal => journal.Rows);
            await SendAsync("/pod/info", began, new HttpRequestMessage(HttpMethod.Get, "/pod/info"), body => JsonNode.Parse(body)!.AsArray().Count >= rows);
        }
    }

    private async Task ProbeAsync(string probe)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(ProbePause);
            TimeSpan started = Now;
            try
            {
                using HttpResponseMessage response = await probes.GetAsync(probe);
                string body = await response.Content.ReadAsStringAsync();
                Outcome outcome = response.StatusCode switch
                {
                    HttpStatusCode.OK => Outcome.Served,
                    HttpStatusCode.ServiceUnavailable when body.Length > 0 => Outcome.Refused,
                    _ => Outcome.Other,
                };
                answers.Enqueue(new Answer(probe, started, Now, outcome, $"{(int)response.StatusCode} {body}"));
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                answers.Enqueue(new Answer(probe, started, Now, Outcome.Other, exception.Message));
            }
        }
    }

    private Task PostAsync(Journal journal, string name, PodState state) =>
        WriteAsync(journal, name, state, "/pod/spec", LoadPod.Spec(name, state), body => LoadPod.IsRecord(body, name, state));

    private Task MarkDeadAsync(Journal journal, string name) =>
        WriteAsync(journal, name, journal[name] with { IsDead = true }, "/pod/mark_dead", $$"""{"pod_name": "{{name}}", "pod_ip": "{{LoadPod.Ip(name)}}"}""", body => body is "1");

    private async Task WriteAsync(Journal journal, string name, PodState state, string route, string json, Predicate<string> isRight)
    {
        HttpRequestMessage request = new(HttpMethod.Post, route) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (await SendAsync(route, journal.Epoch, request, isRight) == Outcome.Served)
        {
            journal.Acknowledge(name, state);
        }
        else
        {
            journal.Doubt(name, state);
        }
    }

    private Task<Outcome> FindAsync(Journal journal, string route, string key, string name)
    {
        PodState state = journal[name];
        return SendAsync(route, journal.Epoch, new HttpRequestMessage(HttpMethod.Get, $"{route}/{key}"), body => LoadPod.IsRecord(body, name, state));
    }

    private Task<Outcome> ListNodeAsync(Journal journal, string node)
    {
        int pods = journal.Names.Count(name => LoadPod.Node(name) == node && !journal[name].IsDead);
        return SendAsync("/pod/list", journal.Epoch, new HttpRequestMessage(HttpMethod.Get, $"/pod/list/{node}"), body => JsonNode.Parse(body)!.AsArray().Count >= pods);
    }

    private async Task<Outcome> SendAsync(string route, int began, HttpRequestMessage request, Predicate<string> isRight)
    {
        TimeSpan started = Now;
        TimeSpan? answered = null;
        Outcome outcome;
        string detail = "";
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            answered = Now;
            string body = await response.Content.ReadAsStringAsync();
            outcome = response.StatusCode switch
            {
                HttpStatusCode.OK when began != epoch || isRight(body) => Outcome.Served,
                HttpStatusCode.NotFound when began != epoch => Outcome.Served,
                HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests when IsPromised(response) => Outcome.Refused,
                _ => Outcome.Other,
            };
            detail = outcome == Outcome.Served ? "" : $"{(int)response.StatusCode} {body[..Math.Min(body.Length, 300)]}";
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            outcome = answered is not null && route is "/pod/info" or "/pod/list" ? Outcome.Cut : Outcome.Other;
            detail = exception.Message;
        }
        finally
        {
            request.Dispose();
        }

        answers.Enqueue(new Answer(route, started, answered ?? Now, outcome, detail));
        return outcome;
    }

    private static bool IsPromised(HttpResponseMessage response) =>
        response.Headers.RetryAfter is not null && response.Content.Headers.ContentType?.MediaType == "application/problem+json";
}
