using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Time.Testing;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>What ApiServerScript cannot show of the fake API server: its faults, and what happens at the same time.</summary>
[Parallelizable]
public sealed class FakeApiServerTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task Pages_are_of_one_version_whatever_is_written_meanwhile()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        using HttpClient http = server.CreateClient();
        server.Load(FakePods.Many(10, Start));
        string[] before = [.. server.Pods.Select(pod => pod.Name)];

        List<string> listed = [];
        HashSet<string> versions = [];
        string path = "/api/v1/pods?limit=3";
        for (string? token = ""; token is not null;)
        {
            JsonNode page = JsonNode.Parse(await http.GetStringAsync($"{path}&continue={token}"))!;
            listed.AddRange(page["items"]!.AsArray().Select(pod => (string)pod!["metadata"]!["name"]!));
            versions.Add((string)page["metadata"]!["resourceVersion"]!);
            token = (string?)page["metadata"]!["continue"];
            server.Delete(server.Pods.Last().Namespace, server.Pods.Last().Name);
            server.Put(FakePods.Pending("namespace-1", $"another-{listed.Count}", Start));
        }

        Assert.That(listed, Is.EqualTo(before));
        Assert.That(versions, Has.Count.EqualTo(1));
        Assert.That((server.Count(FakeRequests.List), server.Count(FakeRequests.Page)), Is.EqualTo((1, 3)));
    }

    [TestCase(HttpProtocols.Http1), TestCase(HttpProtocols.Http2)]
    public async Task A_watch_sees_each_change_once_and_in_order(HttpProtocols protocols)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(new FakeApiOptions { Protocols = protocols });
        using HttpClient http = server.CreateClient();
        http.DefaultRequestVersion = protocols == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        using ApiWatch watch = await ApiWatch.OpenAsync(http, $"/api/v1/pods?watch=1&resourceVersion={server.Version}");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
        {
            server.Put(FakePods.Pending("default", $"pod-{writer}", Start));
            for (int i = 0; i < 50; i++)
            {
                server.Update("default", $"pod-{writer}", pod => pod.Schedule($"node-{i}", Start));
            }

            server.Delete("default", $"pod-{writer}");
        })));

        List<JsonObject> events = await watch.TakeAsync(4 * 52);
        long[] versions = [.. events.Select(next => long.Parse((string)next["object"]!["metadata"]!["resourceVersion"]!))];
        Assert.That(versions, Is.EqualTo(Enumerable.Range(0, versions.Length).Select(i => server.Version - versions.Length + 1 + i)));
        foreach (IGrouping<string, JsonObject> pod in events.GroupBy(next => (string)next["object"]!["metadata"]!["name"]!))
        {
            string[] expected = ["ADDED", .. Enumerable.Repeat("MODIFIED", 50), "DELETED"];
            Assert.That(pod.Select(next => (string)next["type"]!), Is.EqualTo(expected));
            Assert.That(pod.Skip(1).SkipLast(1).Select(next => (string)next["object"]!["spec"]!["nodeName"]!), Is.EqualTo(Enumerable.Range(0, 50).Select(i => $"node-{i}")));
        }
    }

    [Test]
    public async Task A_version_that_is_too_old_is_answered_410_in_either_form()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        using HttpClient http = server.CreateClient();
        long old = server.Version;
        server.Put(FakePods.Pending("default", "pod", Start));
        server.Compact();
        using ApiWatch watch = await ApiWatch.OpenAsync(http, $"/api/v1/pods?watch=1&resourceVersion={old}");
        JsonObject error = (await watch.TakeAllAsync()).Single();
        Assert.That((string?)error["type"], Is.EqualTo("ERROR"));
        Assert.That((int)error["object"]!["code"]!, Is.EqualTo(410));

        server.AnswersGone = true;
        using HttpResponseMessage gone = await http.GetAsync($"/api/v1/pods?watch=1&resourceVersion={old}");
        Assert.That(gone.StatusCode, Is.EqualTo(HttpStatusCode.Gone));
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(await gone.Content.ReadAsStringAsync()), error["object"]), Is.True);
    }

    [Test]
    public async Task Bookmarks_come_only_when_asked_for()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(new FakeApiOptions { BookmarkInterval = TimeSpan.FromMilliseconds(20) });
        using HttpClient http = server.CreateClient();
        string path = $"/api/v1/pods?watch=1&resourceVersion={server.Version}";
        using ApiWatch plain = await ApiWatch.OpenAsync(http, path);
        using ApiWatch marked = await ApiWatch.OpenAsync(http, path + "&allowWatchBookmarks=true");
        JsonObject bookmark = (await marked.TakeAsync(3))[2];
        Assert.That((string?)bookmark["type"], Is.EqualTo("BOOKMARK"));
        Assert.That((string?)bookmark["object"]!["metadata"]!["resourceVersion"], Is.EqualTo($"{server.Version}"));

        server.Put(FakePods.Pending("default", "pod", Start));
        server.EndWatches();
        Assert.That((await plain.TakeAllAsync()).Select(next => (string)next["type"]!), Is.SubsetOf(new[] { "ADDED" }));
    }

    [Test]
    public async Task A_cut_in_a_character_of_more_bytes_comes_after_its_first_byte()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        using HttpClient http = server.CreateClient();
        using ActiveFault fault = server.Add(FakeFault.CutLineInCharacter(), FakeRequests.Watch, times: 1);
        using HttpResponseMessage response = await http.GetAsync($"/api/v1/pods?watch=1&resourceVersion={server.Version}", HttpCompletionOption.ResponseHeadersRead);
        server.Put(FakePods.Pending("default", "pod", Start));
        byte[] received = await ReadUntilCutAsync(response);
        Assert.That(Encoding.UTF8.GetString(received), Does.EndWith("\"example.org/note\":\"Stra\uFFFD"));

        server.Add(FakeFault.CutInCharacter(), FakeRequests.List, times: 1);
        using HttpResponseMessage list = await http.GetAsync("/api/v1/pods", HttpCompletionOption.ResponseHeadersRead);
        Assert.That(Encoding.UTF8.GetString(await ReadUntilCutAsync(list)), Does.EndWith("\"example.org/note\":\"Stra\uFFFD"));
        Assert.That(fault.Hits, Is.EqualTo(1));
    }

    [Test]
    public async Task A_fault_is_for_the_requests_and_the_number_of_times_it_was_made_for()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        using HttpClient http = server.CreateClient();
        server.Add(FakeFault.Status(429, retryAfter: 7), FakeRequests.List, times: 2);
        server.Add(FakeFault.Html(502), FakeRequests.List, times: 1);
        server.Add(FakeFault.Cut(), FakeRequests.List, times: 1);
        using HttpResponseMessage busy = await http.GetAsync("/api/v1/pods");
        Assert.That((busy.StatusCode, busy.Headers.RetryAfter?.Delta), Is.EqualTo((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(7))));
        Assert.That(await StatusAsync(http, "/api/v1/namespaces/kube-system"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusAsync(http, "/api/v1/pods"), Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(await StatusAsync(http, "/api/v1/pods"), Is.EqualTo(HttpStatusCode.BadGateway));
        Assert.That(() => http.GetAsync("/api/v1/pods"), Throws.InstanceOf<HttpRequestException>());
        Assert.That(await StatusAsync(http, "/api/v1/pods"), Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase(true), TestCase(false)]
    public async Task A_silent_watch_says_nothing_and_ends_only_with_its_connection(bool somethingHappens)
    {
        FakeTimeProvider time = new();
        await using FakeApiServer server = await FakeApiServer.StartAsync(new FakeApiOptions { Time = time });
        using HttpClient http = server.CreateClient();
        using ApiWatch watch = await ApiWatch.OpenAsync(http, $"/api/v1/pods?watch=1&timeoutSeconds=200&resourceVersion={server.Version}");
        Task<JsonObject?> next = watch.NextAsync();
        using ActiveFault silence = server.Add(FakeFault.Silence(), FakeRequests.Watch);
        if (somethingHappens)
        {
            server.Put(FakePods.Pending("default", "pod", Start));
        }

        await Wait.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(200));
            return Task.FromResult(silence.Hits == 1);
        });
        Assert.That((server.OpenWatches, next.IsCompleted), Is.EqualTo((1, false)));
        server.CutWatches();
        Assert.That(() => next, Throws.InstanceOf<IOException>());
        await Wait.UntilAsync(() => Task.FromResult(server.OpenWatches == 0));
    }

    [Test]
    public async Task A_new_token_is_the_only_one_and_stands_in_the_kubeconfig()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(new FakeApiOptions { IsPlain = true });
        using HttpClient old = server.CreateClient();
        server.RotateToken();
        Assert.That(await StatusAsync(old, "/api/v1/pods"), Is.EqualTo(HttpStatusCode.Unauthorized));
        using HttpClient http = server.CreateClient();
        Assert.That(await StatusAsync(http, "/api/v1/pods"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await File.ReadAllTextAsync(server.KubeconfigPath), Does.Contain($"token: {server.Token}"));

        server.Deny("list", "pods");
        using HttpResponseMessage forbidden = await http.GetAsync("/api/v1/pods");
        Assert.That((string?)JsonNode.Parse(await forbidden.Content.ReadAsStringAsync())!["message"], Is.EqualTo(
            "pods is forbidden: User \"system:serviceaccount:pod-metadata:pod-metadata\" cannot list resource \"pods\" in API group \"\" at the cluster scope"));
    }

    [Test]
    public async Task After_a_pause_it_is_there_again_with_all_it_knew()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        using HttpClient http = server.CreateClient();
        server.Put(FakePods.Pending("default", "pod", Start));
        using ApiWatch watch = await ApiWatch.OpenAsync(http, "/api/v1/pods?watch=1");
        await watch.TakeAsync(1);
        await server.PauseAsync();
        Assert.That(watch.NextAsync, Throws.InstanceOf<IOException>());
        Assert.That(() => http.GetAsync("/api/v1/pods"), Throws.InstanceOf<HttpRequestException>());
        await server.ResumeAsync();
        Assert.That(await StatusAsync(http, "/api/v1/namespaces/default/pods/pod"), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_pod_keeps_through_its_life_what_nobody_knows_the_meaning_of()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        using HttpClient http = server.CreateClient();
        FakeObject owner = server.Put(FakeWorkloads.Workload("ReplicaSet", "default", "web", new Dictionary<string, string> { ["app"] = "web" }));
        server.Put(FakePods.Pending("default", "pod", Start, new Dictionary<string, string> { ["app"] = "web" }, owner));
        server.Update("default", "pod", pod =>
        {
            pod.Schedule("worker", Start);
            pod.Run("10.0.0.1", Start.AddSeconds(1));
        });
        server.Update("default", "pod", pod => pod.RestartContainer(Start.AddSeconds(2), Start.AddSeconds(3)));
        server.Update("default", "pod", pod => pod.Terminate(Start.AddSeconds(4)));
        server.Update("default", "pod", pod => pod.Finish(Start.AddSeconds(5), keepsIp: false));
        string pod = await http.GetStringAsync("/api/v1/namespaces/default/pods/pod");
        Assert.That(pod, Does.Contain("\"futureProbe\":{\"ratio\":1.50,\"limits\":[1e3,18446744073709551615,null]}"));
        Assert.That(pod, Does.Contain($"\"uid\":\"{owner.Uid}\"").And.Contain("Straße – 東京 ✓").And.Not.Contain("10.0.0.1"));
        Assert.That((string?)server.Find("default", "pod")!.ToJson()["status"]!["phase"], Is.EqualTo("Succeeded"));
    }

    [Test]
    public async Task A_long_list_is_compressed_for_those_who_take_that()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        using HttpClient http = server.CreateClient();
        server.Load(FakePods.Many(100, Start));
        byte[] plain = await http.GetByteArrayAsync("/api/v1/pods");
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");
        using HttpResponseMessage response = await http.GetAsync("/api/v1/pods");
        Assert.That(response.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
        await using GZipStream unpacked = new(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using MemoryStream body = new();
        await unpacked.CopyToAsync(body);
        Assert.That(body.ToArray(), Is.EqualTo(plain));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path)
    {
        using HttpResponseMessage response = await http.GetAsync(path);
        return response.StatusCode;
    }

    private static async Task<byte[]> ReadUntilCutAsync(HttpResponseMessage response)
    {
        Stream body = await response.Content.ReadAsStreamAsync();
        using MemoryStream received = new();
        Assert.That(() => body.CopyToAsync(received), Throws.InstanceOf<IOException>());
        return received.ToArray();
    }
}
