using System.Net;
using System.Text.Json.Nodes;

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
        for (int round = 0; round < 10; round++)
        {
            string names = await Pages("/pod/info?limit=7&fields=pod_name");
            Assert.That(names.Split('/', ' ').Where(name => name.StartsWith("stay-", StringComparison.Ordinal)).Order(), Is.EqualTo(stay), $"round {round}");
        }

        await stop.CancelAsync();
        await writing;
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
    [TestCase("namespace=%00", "namespace", "NUL")]
    public async Task What_is_wrong_is_named(string query, string parameter, string reason)
    {
        foreach (string path in parameter is "live" or "namespace" ? ["/pod/info"] : new[] { "/pod/info", "/pod/list/n1" })
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
