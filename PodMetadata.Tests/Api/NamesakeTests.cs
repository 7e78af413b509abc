using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Retention;
using PodMetadata.Infrastructure.Store;

namespace PodMetadata.Tests.Api;

/// <summary>Live pods of one name in two namespaces: the one whose row the other has taken stays known whole.</summary>
public sealed class NamesakeTests : ServiceTests
{
    private const string First = "10.0.0.1";
    private const string Second = "10.0.0.2";

    private static readonly JsonObject Displaced = Moments.Pod(10, First, """{ "pod_obj": { "spec": { "a": 1 }, "metadata": { "labels": { "app": "a" } } } }""");

    private static readonly JsonObject Stored = Moments.Pod(20, Second, """{ "pod_namespace": "b", "pod_obj": { "spec": { "b": 2 } } }""");

    [SetUp]
    public async Task TakeTheRowAsync()
    {
        await Service.UpsertAsync(Displaced);
        await Service.UpsertAsync(Stored);
    }

    [Test]
    public async Task It_is_found_by_its_ip_now_and_at_a_moment_with_its_manifest()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.GetAsync($"/pod/ip/{First}"), Json.EqualTo(Displaced));
            Assert.That(await Service.GetAsync($"/pod/ip/{Second}"), Json.EqualTo(Stored));
            Assert.That(await Service.GetAsync($"/pod/ip/{First}?at={Moments.At(15)}"), Json.EqualTo(Displaced));
            Assert.That(await Service.AskAsync(First, null), Is.EqualTo("unique web-0 1"));
            Assert.That(await Service.MatchesAsync(First, Second), Is.EqualTo(new[] { "unique a", "unique b" }));
            Assert.That((await Service.GetAsync($"/pod/ip/{First}/history"))[0]!["valid_to"], Is.Null);
        }
    }

    [Test]
    public async Task It_is_on_the_list_of_its_node_and_not_among_all_pods()
    {
        await Service.UpsertAsync(Moments.Pod(30, "10.0.0.3", """{ "pod_name": "web-1", "pod_namespace": "a" }"""));
        JsonArray node = (await Service.GetAsync("/pod/list/n1")).AsArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Select(pod => $"{pod!["pod_namespace"]} {pod["pod_name"]}"), Is.EqualTo(new[] { "a web-0", "a web-1", "b web-0" }));
            Assert.That(node[0], Json.EqualTo(Displaced));
            Assert.That((await Service.GetAsync("/pod/list/n1?labelSelector=app%3Da")).AsArray(), Has.Count.EqualTo(1));
            Assert.That((await Service.GetAsync("/pod/info")).AsArray(), Has.Count.EqualTo(2));
            Assert.That((await Service.GetAsync("/pod/info?node=n1")).AsArray(), Has.Count.EqualTo(2));
            Assert.That(await Service.GetAsync("/pod/name/web-0"), Json.EqualTo(Stored));
        }
    }

    [Test]
    public async Task A_list_of_a_node_comes_in_pages_with_it()
    {
        List<string> namespaces = [];
        for (string? path = "/pod/list/n1?limit=1"; path is not null;)
        {
            using HttpResponseMessage page = await Service.Http.GetAsync(path);
            namespaces.AddRange(JsonNode.Parse(await page.Content.ReadAsStringAsync())!.AsArray().Select(pod => $"{pod!["pod_namespace"]}"));
            path = Links.Next(page);
        }

        Assert.That(namespaces, Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task They_change_places_when_it_is_posted_again()
    {
        JsonObject again = (JsonObject)Displaced.DeepClone();
        again["time_stamp"] = Moments.At(30);
        await Service.UpsertAsync(again);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.GetAsync("/pod/name/web-0"), Json.EqualTo(again));
            Assert.That(await Service.GetAsync($"/pod/ip/{Second}"), Json.EqualTo(Stored));
            Assert.That(await LeasesAsync(), Is.EqualTo("a 10.0.0.1 10-, b 10.0.0.2 20-"));
            Assert.That(await Service.SqlAsync("SELECT string_agg(pod_namespace, ' ') FROM pod_namesakes"), Is.EqualTo("b"));
        }
    }

    [Test]
    public async Task It_is_marked_dead_by_its_name_and_ip()
    {
        Assert.That(await Service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": "10.0.0.1" }"""), Is.EqualTo("1"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.MatchesAsync(First, Second), Is.EqualTo(new[] { "unknown ", "unique b" }));
            Assert.That((await Service.GetAsync("/pod/list/n1")).AsArray(), Has.Count.EqualTo(1));
            Assert.That(await Service.GetAsync("/pod/name/web-0"), Json.EqualTo(Stored), "the other one lives");
            Assert.That(await Service.AskAsync(First, Moments.At(15)), Is.EqualTo("unique web-0 1"), "it held the IP then");
            Assert.That(await Service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": "10.0.0.1" }"""), Is.EqualTo("0"));
        }
    }

    [Test]
    public async Task A_mark_by_name_alone_is_about_the_stored_one()
    {
        Assert.That(await Service.MarkDeadAsync("""{ "pod_name": "web-0" }"""), Is.EqualTo("1"));
        Assert.That(await Service.MatchesAsync(First, Second), Is.EqualTo(new[] { "unique a", "dead b" }));
    }

    [TestCase("""{ "is_dead": true }""")]
    [TestCase("""{ "pod_obj": { "status": { "phase": "Failed" } } }""")]
    public async Task Its_end_is_stored_in_the_row_and_the_other_one_is_known_whole(string end)
    {
        JsonObject ended = Moments.Pod(30, First, end);
        await Service.UpsertAsync(ended);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.MatchesAsync(First, Second), Is.EqualTo(new[] { "dead a", "unique b" }));
            Assert.That(await Service.GetAsync($"/pod/ip/{Second}"), Json.EqualTo(Stored));
            Assert.That(await LeasesAsync(), Is.EqualTo("a 10.0.0.1 10-30, b 10.0.0.2 20-"));
        }

        await Service.UpsertAsync(Stored);
        Assert.That(await Service.SqlAsync("SELECT count(*) FROM pod_namesakes"), Is.Zero, "a dead pod needs no record beside the row");
    }

    [Test]
    public async Task Both_are_candidates_for_an_ip_that_they_share()
    {
        await Service.UpsertAsync(Moments.Pod(30, First, """{ "pod_namespace": "b" }"""));
        Assert.That(await Service.AskAsync(First, null), Is.EqualTo("shared web-0 2"));
        Assert.That(await Service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": "10.0.0.1" }"""), Is.EqualTo("1"), "though both are marked");
        Assert.That(await Service.MatchesAsync(First), Is.EqualTo(new[] { "dead b" }));
    }

    [Test]
    public async Task It_becomes_stale_and_goes_when_nobody_has_posted_it_for_as_long_as_leases_are_kept()
    {
        await Service.SqlAsync("UPDATE pod_namesakes SET posted_at = now() - interval '2 days'");
        Assert.That(await Service.AskAsync(First, null), Is.EqualTo("stale web-0 1"));
        using NamesakePruner pruner = new(
            Service.Services.GetRequiredService<ConnectionPool>(),
            Service.Services.GetRequiredService<PodStoreStatus>(),
            Options.Create(new RetentionOptions { Leases = TimeSpan.FromDays(1) }),
            Options.Create(new ResolutionOptions()),
            TimeProvider.System,
            new FakeLogger<NamesakePruner>());
        Assert.That(await pruner.PruneAsync(CancellationToken.None), Is.EqualTo(1));
        Assert.That(await Service.MatchesAsync(First, Second), Is.EqualTo(new[] { "unknown ", "unique b" }));
    }

    [Test]
    public async Task Three_namesakes_are_all_known()
    {
        await Service.UpsertAsync(Moments.Pod(30, "10.0.0.3", """{ "pod_namespace": "c" }"""));
        Assert.That(await Service.MatchesAsync(First, Second, "10.0.0.3"), Is.EqualTo(new[] { "unique a", "unique b", "unique c" }));
    }

    [Test]
    public async Task Posts_at_the_same_time_lose_none_of_them()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            JsonObject pod = Moments.Pod(100 + i, $"10.0.1.{i % 4}", $$"""{ "pod_namespace": "ns-{{i % 4}}" }""");
            using HttpResponseMessage answer = await Service.PostAsync("/pod/spec", pod.ToJsonString());
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }));
        Assert.That(
            await Service.MatchesAsync("10.0.1.0", "10.0.1.1", "10.0.1.2", "10.0.1.3"), Is.EqualTo(new[] { "unique ns-0", "unique ns-1", "unique ns-2", "unique ns-3" }));
        Assert.That(await Service.SqlAsync(Leases.CountOverlaps), Is.Zero);
    }

    private async Task<string> LeasesAsync() => (string)(await Service.SqlAsync($"""
        SELECT string_agg(format('%s %s %s-%s', pod_namespace, pod_ip, extract(epoch FROM valid_from - '{Moments.At(0)}')::int, extract(epoch FROM valid_to - '{Moments.At(0)}')::int), ', ' ORDER BY pod_namespace, valid_from)
        FROM {Leases.All} AS lease
        """))!;
}
