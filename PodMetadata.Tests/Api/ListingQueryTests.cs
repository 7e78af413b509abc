using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using PodMetadata.Domain.Labels;
using PodMetadata.Tests.Domain;

namespace PodMetadata.Tests.Api;

/// <summary>What narrows a listing, and cuts it into pages and members.</summary>
public sealed class ListingQueryTests : ServiceTests
{
    [SetUp]
    public async Task FillAsync()
    {
        await AddAsync("a-1", """{ "pod_namespace": "a", "node_name": "n1", "pod_identity": "web", "pod_obj": { "metadata": { "labels": { "app": "web", "tier": "front", "size": "5" } } } }""");
        await AddAsync("a-2", """{ "pod_namespace": "a", "node_name": "n2", "pod_identity": "db", "pod_obj": { "metadata": { "labels": { "app": "db", "size": "30" } } } }""");
        await AddAsync("b-1", """{ "pod_namespace": "b", "node_name": "n1", "pod_identity": "web", "is_dead": true, "pod_obj": { "metadata": { "labels": { "app": "web", "odd": 5 } } } }""");
        await AddAsync("b-2", """{ "pod_namespace": "b", "node_name": "n1", "pod_identity": null, "pod_obj": { "metadata": {} }, "workload_selector_labels": { "app": "web" } }""");
        await AddAsync("c-1", """{ "pod_namespace": "c", "node_name": "n1", "pod_identity": null, "pod_obj": { "metadata": { "labels": [] } }, "workload_selector_labels": null }""");
        await AddAsync("z-1", """{ "pod_namespace": null, "node_name": "n1", "pod_identity": null, "pod_obj": null, "workload_selector_labels": { "app": "web" } }""");
        await AddAsync("z-2", """{ "pod_namespace": null, "node_name": "n3", "pod_identity": null, "pod_obj": null, "workload_selector_labels": null }""");
    }

    [TestCase("", ExpectedResult = "a-1 a-2 b-1 b-2 c-1 z-1 z-2")]
    [TestCase("namespace=a", ExpectedResult = "a-1 a-2")]
    [TestCase("namespace=", ExpectedResult = "a-1 a-2 b-1 b-2 c-1 z-1 z-2")]
    [TestCase("namespace=x", ExpectedResult = "")]
    [TestCase("node=n1", ExpectedResult = "a-1 b-1 b-2 c-1 z-1")]
    [TestCase("identity=web", ExpectedResult = "a-1 b-1")]
    [TestCase("identity=%20web", ExpectedResult = "")]
    [TestCase("identity=", ExpectedResult = "a-1 a-2 b-1 b-2 c-1 z-1 z-2")]
    [TestCase("query=x&limit=2", ExpectedResult = "a-1 a-2")]
    [TestCase("live=true", ExpectedResult = "a-1 a-2 b-2 c-1 z-1 z-2")]
    [TestCase("live=false", ExpectedResult = "b-1")]
    [TestCase("node=n1&identity=web&live=true&namespace=a", ExpectedResult = "a-1")]
    [TestCase("labelSelector=app=web", ExpectedResult = "a-1 b-1 b-2 z-1")]
    [TestCase("labelSelector=app==web,tier=front", ExpectedResult = "a-1")]
    [TestCase("labelSelector=app!=web", ExpectedResult = "a-2 c-1 z-2")]
    [TestCase("labelSelector=app in (web, db)", ExpectedResult = "a-1 a-2 b-1 b-2 z-1")]
    [TestCase("labelSelector=app notin (db,x)", ExpectedResult = "a-1 b-1 b-2 c-1 z-1 z-2")]
    [TestCase("labelSelector=tier", ExpectedResult = "a-1")]
    [TestCase("labelSelector=!app", ExpectedResult = "c-1 z-2")]
    [TestCase("labelSelector=!tier,app,namespace!=x", ExpectedResult = "a-2 b-1 b-2 z-1")]
    [TestCase("labelSelector=size>5", ExpectedResult = "a-2")]
    [TestCase("labelSelector=size<6", ExpectedResult = "a-1")]
    [TestCase("labelSelector=odd=5", ExpectedResult = "")]
    [TestCase("labelSelector=", ExpectedResult = "a-1 a-2 b-1 b-2 c-1 z-1 z-2")]
    [TestCase("labelSelector=app=web&live=false", ExpectedResult = "b-1")]
    public async Task<string> All_pods(string query) => string.Join(' ', await Service.NamesAsync($"/pod/info?{query}"));

    [TestCase("", ExpectedResult = "a-1 b-2 c-1 z-1")]
    [TestCase("labelSelector=app=web", ExpectedResult = "a-1 b-2 z-1")]
    [TestCase("labelSelector=!app", ExpectedResult = "c-1")]
    [TestCase("limit=2", ExpectedResult = "a-1 b-2")]
    [TestCase("query=x&limit=2", ExpectedResult = "a-1 b-2")]
    public async Task<string> A_nodes_pods(string query) => string.Join(' ', await Service.NamesAsync($"/pod/list/n1?{query}"));

    [TestCase("/pod/info?limit=1", ExpectedResult = "a-1/a-2/b-1/b-2/c-1/z-1/z-2")]
    [TestCase("/pod/info?limit=2", ExpectedResult = "a-1 a-2/b-1 b-2/c-1 z-1/z-2")]
    [TestCase("/pod/info?limit=3", ExpectedResult = "a-1 a-2 b-1/b-2 c-1 z-1/z-2")]
    [TestCase("/pod/info?limit=7", ExpectedResult = "a-1 a-2 b-1 b-2 c-1 z-1 z-2")]
    [TestCase("/pod/info?limit=5000", ExpectedResult = "a-1 a-2 b-1 b-2 c-1 z-1 z-2")]
    [TestCase("/pod/info?limit=1&namespace=a", ExpectedResult = "a-1/a-2")]
    [TestCase("/pod/info?limit=2&labelSelector=app%3Dweb&fields=pod_name", ExpectedResult = "a-1 b-1/b-2 z-1")]
    [TestCase("/pod/list/n1?limit=3", ExpectedResult = "a-1 b-2 c-1/z-1")]
    [TestCase("/pod/info?limit=5&namespace=x", ExpectedResult = "")]
    public async Task<string> Pages(string path)
    {
        List<string> pages = [];
        for (string? next = path; next is not null;)
        {
            using HttpResponseMessage page = await Service.Http.GetAsync(next);
            pages.Add(string.Join(' ', JsonNode.Parse(await page.Content.ReadAsStringAsync())!.AsArray().Select(pod => pod!["pod_name"])));
            next = Links.Next(page);
        }

        return string.Join('/', pages);
    }

    [Test]
    public async Task While_others_come_and_go_no_page_skips_or_repeats_a_pod_that_stays()
    {
        string[] stay = [.. Enumerable.Range(0, 60).Select(i => $"stay-{i:00}")];
        await Task.WhenAll(stay.Select((name, i) => AddAsync(name, $$"""{ "pod_namespace": {{(i % 3 == 0 ? "null" : $"\"ns-{i % 5}\"")}} }""")));
        using CancellationTokenSource stop = new();
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                await AddAsync($"come-{i % 40}", $$"""{ "pod_namespace": "ns-{{i % 7}}" }""");
                await AddAsync(stay[i % 60], $$"""{ "pod_namespace": {{(i % 60 % 3 == 0 ? "null" : $"\"ns-{i % 60 % 5}\"")}}, "pod_obj": { "i": {{i}} } }""");
            }
        });
        try
        {
            for (int round = 0; round < 10; round++)
            {
                string names = await Pages("/pod/info?limit=7&fields=pod_name");
                Assert.That(names.Split('/', ' ').Where(name => name.StartsWith("stay-", StringComparison.Ordinal)).Order(), Is.EqualTo(stay), $"round {round}");
            }
        }
        finally
        {
            await stop.CancelAsync();
            await writing;
        }
    }

    [Test]
    public async Task Any_selector_selects_what_Kubernetes_would()
    {
        const int Seed = 20261125;
        Random random = new(Seed);
        string[] keys = ["a", "b", "x.io/in"];
        string[] values = ["", "in", "v.w", "0", "5", "007", "12", "9223372036854775807"];
        string[] stored =
        [
            .. values, "-5", "+7", " 5", "5\n", "0x5", "5.0", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
            "000000000000000000000000012",
        ];
        Dictionary<string, Dictionary<string, string>> labels = Enumerable.Range(0, 300).ToDictionary(
            i => $"r-{i:000}", _ => keys.Where(_ => random.Next(3) > 0).ToDictionary(key => key, _ => random.GetItems(stored, 1)[0]));
        await Task.WhenAll(labels.Select((pod, i) => AddAsync(pod.Key, i % 2 == 0
            ? $$"""{ "pod_namespace": "r", "pod_obj": { "metadata": { "labels": {{JsonSerializer.Serialize(pod.Value)}} } } }"""
            : $$"""{ "pod_namespace": "r", "pod_obj": null, "workload_selector_labels": {{JsonSerializer.Serialize(pod.Value)}} }""")));
        int selected = 0;
        for (int i = 0; i < 200; i++)
        {
            LabelRequirement[] requirements = Selectors.Any(random, keys, values, integers: ["0", "5", "007", "9223372036854775807"]);
            string text = Selectors.Spell(requirements);
            string[] wanted = [.. labels.Where(pod => requirements.Select(pod.Value)).Select(pod => pod.Key)];
            string[] names = await Service.NamesAsync($"/pod/info?namespace=r&fields=pod_name&labelSelector={Uri.EscapeDataString(text)}");
            Assert.That(names, Is.EqualTo(wanted), $"{text}, case {i} of seed {Seed}");
            selected += names.Length;
        }

        Assert.That(selected, Is.InRange(200 * 30, 200 * 270), "neither all nor nothing");
    }

    [TestCase("size>-1", "an integer")]
    [TestCase("size<+6", "an integer")]
    public async Task An_integer_that_is_no_value_of_a_label_is_refused(string selector, string reason)
    {
        using HttpResponseMessage answer = await Service.Http.GetAsync($"/pod/info?labelSelector={Uri.EscapeDataString(selector)}");
        JsonNode problem = await Problems.ReadAsync(answer, HttpStatusCode.BadRequest);
        Assert.That(problem["errors"]!["labelSelector"]![0]!.GetValue<string>(), Does.Contain(reason));
    }

    // Each with the page that the token is of, and then what it is handed to.
    [TestCase("/pod/info?limit=1", "/pod/info?limit=2&fields=pod_name", null)]
    [TestCase("/pod/info?limit=1&namespace=a", "/pod/info?limit=1&namespace=%20a", null)]
    [TestCase("/pod/list/n1?limit=1", "/pod/list/n1", null)]
    [TestCase("/pod/info?limit=1", "/pod/info?namespace=a", "continue")]
    [TestCase("/pod/info?limit=1", "/pod/info?node=n1", "continue")]
    [TestCase("/pod/info?limit=1", "/pod/info?identity=web", "continue")]
    [TestCase("/pod/info?limit=1", "/pod/info?live=true", "continue")]
    [TestCase("/pod/info?limit=1&live=true", "/pod/info?live=false", "continue")]
    [TestCase("/pod/info?limit=1", "/pod/info?labelSelector=app", "continue")]
    [TestCase("/pod/info?limit=1&namespace=a", "/pod/info?identity=a", "continue")]
    [TestCase("/pod/info?limit=1", "/pod/list/n1", "continue")]
    [TestCase("/pod/list/n1?limit=1", "/pod/list/n2", "continue")]
    [TestCase("/pod/list/n1?limit=1", "/pod/list/n1?labelSelector=app", "continue")]
    [TestCase("/pod/ip/10.244.1.5/history?limit=1", "/pod/info", "continue")]
    [TestCase("/pod/ip/10.244.1.5/history?limit=1", "/pod/ip/10.244.1.6/history", "continue")]
    [TestCase("/pod/ip/10.244.1.5/history?limit=1", "/pod/ip/::ffff:10.244.1.5/history", null)]
    [TestCase("/pod/info?limit=1", "/pod/ip/10.244.1.5/history", "continue")]
    public async Task A_token_goes_with_what_its_page_was_asked_for(string first, string second, string? wrong)
    {
        using HttpResponseMessage page = await Service.Http.GetAsync(first);
        string token = Links.Next(page)!.Split("continue=")[1];
        using HttpResponseMessage answer = await Service.Http.GetAsync($"{second}{(second.Contains('?', StringComparison.Ordinal) ? '&' : '?')}continue={token}");
        if (wrong is null)
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
            return;
        }

        JsonNode problem = await Problems.ReadAsync(answer, HttpStatusCode.BadRequest);
        Assert.That(problem["errors"]!.AsObject().Single().Key, Is.EqualTo(wrong));
    }

    [Test]
    public async Task A_token_by_another_spelling_of_its_parameter_is_not_carried_on()
    {
        using HttpResponseMessage first = await Service.Http.GetAsync("/pod/info?limit=1");
        using HttpResponseMessage second = await Service.Http.GetAsync(Links.Next(first)!.Replace("continue=", "Continue=", StringComparison.Ordinal));
        Assert.That(Links.Next(second)!.Split("ontinue="), Has.Length.EqualTo(2));
        Assert.That(await Service.NamesAsync(Links.Next(second)!), Is.EqualTo(new[] { "b-1" }));
    }

    [Test]
    public async Task Only_the_members_that_are_asked_for()
    {
        Assert.That((await Service.GetAsync("/pod/info?limit=1&fields=pod_ip, pod_name")).ToJsonString(), Is.EqualTo("""[{"pod_name":"a-1","pod_ip":"10.244.1.5"}]"""));
        Assert.That((await Service.GetAsync("/pod/list/n2?fields=pod_obj")).ToJsonString(), Does.StartWith("""[{"pod_obj":{"""));
        Assert.That((await Service.GetAsync("/pod/list/n2?fields=")).AsArray()[0]!.AsObject(), Has.Count.EqualTo(9));
    }

    [TestCase("application/x-ndjson", true)]
    [TestCase("application/x-ndjson, application/json;q=0.5", true)]
    [TestCase("application/json, application/x-ndjson", false)]
    [TestCase("application/x-ndjson;q=0.1, */*", false)]
    [TestCase("application/json", false)]
    [TestCase("*/*", false)]
    [TestCase("nonsense", false)]
    public async Task One_pod_a_line_for_those_who_accept_it(string accept, bool lines)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/pod/info?limit=3");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using HttpResponseMessage answer = await Service.Http.SendAsync(request);
        string body = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo(lines ? "application/x-ndjson" : "application/json"));
        Assert.That(
            lines ? body.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!["pod_name"]!.GetValue<string>()) : JsonNode.Parse(body)!.AsArray().Select(pod => pod!["pod_name"]!.GetValue<string>()),
            Is.EqualTo(new[] { "a-1", "a-2", "b-1" }));
        Assert.That(body, lines ? Does.EndWith("}\n") : Does.EndWith("]"));
        Assert.That(answer.Headers.Vary, Is.EqualTo(new[] { "Accept" }));
    }

    [TestCase("HEAD", "/pod/info?limit=3", "next")]
    [TestCase("HEAD", "/pod/list/n1", "")]
    [TestCase("GET", "/pod/info?namespace=x", "")]
    [TestCase("GET", "/pod/list/n9", "")]
    public async Task Lines_of_nothing_are_nothing(string method, string path, string link)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path) { Headers = { { "Accept", "application/x-ndjson" } } };
        using HttpResponseMessage answer = await Service.Http.SendAsync(request);
        Assert.That((answer.StatusCode, answer.Content.Headers.ContentType?.MediaType), Is.EqualTo((HttpStatusCode.OK, "application/x-ndjson")));
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.Empty);
        Assert.That(Links.Next(answer), link.Length == 0 ? Is.Null : Does.Contain("limit=3"));
    }

    [TestCase("labelSelector=a in (", "labelSelector", "at character 7")]
    [TestCase("limit=0", "limit", "from 1 to 5000")]
    [TestCase("limit=5001", "limit", "from 1 to 5000")]
    [TestCase("limit=many", "limit", "limit")]
    [TestCase("live=maybe", "live", "live")]
    [TestCase("fields=pod_name,nme", "fields", "'nme' is none")]
    [TestCase("fields=pod_name,", "fields", "'' is none")]
    [TestCase("continue=!", "continue", "Link")]
    [TestCase("continue=WyJhIl0", "continue", "Link")]
    [TestCase("continue=WyJhIixudWxsXQ", "continue", "Link")]
    [TestCase("continue=bnVsbA", "continue", "Link")]
    [TestCase("namespace=%00", "namespace", "NUL")]
    [TestCase("node=%00", "node", "NUL")]
    [TestCase("node=254", "node", "at most 253")]
    [TestCase("identity=%00", "identity", "NUL")]
    [TestCase("identity=254", "identity", "at most 253")]
    public async Task What_is_wrong_is_named(string query, string parameter, string reason)
    {
        query = query.Replace("254", new string('n', 254), StringComparison.Ordinal);
        foreach (string path in parameter is "live" or "namespace" or "node" or "identity" ? ["/pod/info"] : new[] { "/pod/info", "/pod/list/n1" })
        {
            using HttpResponseMessage answer = await Service.Http.GetAsync($"{path}?{query}");
            JsonNode problem = await Problems.ReadAsync(answer, HttpStatusCode.BadRequest);
            Assert.That(problem["errors"]!.AsObject().Single().Key, Is.EqualTo(parameter));
            Assert.That(problem["errors"]![parameter]![0]!.GetValue<string>(), Does.Contain(reason));
        }
    }

    private Task<JsonNode> AddAsync(string name, string changes)
    {
        JsonObject pod = PodJson.With(changes);
        pod["pod_name"] = name;
        return Service.UpsertAsync(pod);
    }
}
