using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>A fixed sequence of requests to an API server without pods, and what it answers. A real server and the fake must answer the same.</summary>
/// <param name="http">A client that may do everything.</param>
/// <param name="compactAsync">Makes the server forget all versions but the newest.</param>
internal sealed class ApiServerScript(HttpClient http, Func<Task> compactAsync)
{
    private const string Pods = "/api/v1/pods";

    private static readonly string Suffix = "-" + Guid.NewGuid().ToString("N")[..8];

    private readonly Transcript transcript = new(Suffix);

    private static string A => $"/api/v1/namespaces/a{Suffix}/pods";

    private static string B => $"/api/v1/namespaces/b{Suffix}/pods";

    /// <summary>Sends the requests, and returns the transcript.</summary>
    public async Task<string> RunAsync()
    {
        await GetAsync("/readyz");
        await NamespacesAsync();
        string begin = await ListVersionAsync();
        using ApiWatch watch = await ApiWatch.OpenAsync(http, $"{Pods}?watch=true&timeoutSeconds=300&resourceVersion={begin}");
        await CreateAsync();
        await UpdateAsync();
        await ListAsync();
        await DeleteAsync();
        await WatchAsync(watch, begin);
        await ErrorsAsync();
        await CompactAsync();
        await EndsAsync();
        return transcript.ToString();
    }

    private async Task NamespacesAsync()
    {
        Say("Namespaces");
        await GetAsync("/api/v1/namespaces/missing");
        foreach (string name in (string[])["a", "b", "a"])
        {
            await SendAsync(HttpMethod.Post, "/api/v1/namespaces", $$$"""{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"{{{name}}}{{{Suffix}}}"}}""");
        }

        await SendAsync(HttpMethod.Post, "/api/v1/namespaces/missing/pods", Pod("one"));
        await GetAsync($"{Pods}?limit=500");
    }

    private async Task CreateAsync()
    {
        Say("Pods, with and without a node");
        await SendAsync(HttpMethod.Post, A, Pod("one"));
        await SendAsync(HttpMethod.Post, A, Pod("three", "worker"));
        await SendAsync(HttpMethod.Post, B, Pod("one", "worker"));
        await SendAsync(HttpMethod.Post, A, Pod("one"));
        await GetAsync($"{A}/three");
        await GetAsync($"{A}/missing");
    }

    private async Task UpdateAsync()
    {
        Say("Updates: of the status, of labels, of nothing, of an old version, of nobody");
        JsonObject pod = await ReadAsync($"{A}/three");
        pod["status"]!["phase"] = "Running";
        pod["status"]!["podIP"] = "10.0.0.1";
        await SendAsync(HttpMethod.Put, $"{A}/three/status", pod.ToJsonString());
        JsonObject running = await ReadAsync($"{A}/three");
        running["metadata"]!["labels"] = new JsonObject { ["app"] = "shop" };
        running["status"]!["phase"] = "Failed";
        await SendAsync(HttpMethod.Put, $"{A}/three", running.ToJsonString());
        await SendAsync(HttpMethod.Put, $"{A}/three", (await ReadAsync($"{A}/three")).ToJsonString());
        await SendAsync(HttpMethod.Put, $"{A}/three", pod.ToJsonString());
        pod["metadata"] = new JsonObject { ["name"] = "missing" };
        await SendAsync(HttpMethod.Put, $"{A}/missing", pod.ToJsonString());
    }

    private async Task ListAsync()
    {
        Say("A list in pages, while pods come and go; whole lists");
        JsonObject page = await GetAsync($"{Pods}?limit=2");
        string version = (string)page["metadata"]!["resourceVersion"]!;
        await SendAsync(HttpMethod.Post, A, Pod("zero"));
        await SendAsync(HttpMethod.Delete, $"{B}/one?gracePeriodSeconds=0");
        await GetAsync($"{Pods}?limit=2&continue={page["metadata"]!["continue"]}");
        await GetAsync(Pods);
        await GetAsync(A + "?limit=2");
        await GetAsync(B);
        await SendAsync(HttpMethod.Get, $"{Pods}?resourceVersion={await ListVersionAsync()}", hasOrder: false);
        await SendAsync(HttpMethod.Get, $"{Pods}?limit=1&resourceVersion=0", hasOrder: false);
        await GetAsync($"{Pods}?limit=1&resourceVersion={version}");
        await GetAsync($"{Pods}?resourceVersionMatch=Exact&resourceVersion={version}&limit=5");
    }

    private async Task DeleteAsync()
    {
        Say("Deletions: with a grace period, at once, of nobody");
        await SendAsync(HttpMethod.Delete, $"{A}/three");
        await SendAsync(HttpMethod.Delete, $"{A}/three?gracePeriodSeconds=0");
        await SendAsync(HttpMethod.Delete, $"{A}/three");
        await SendAsync(HttpMethod.Post, A, Pod("three", "worker"));
    }

    private async Task WatchAsync(ApiWatch open, string begin)
    {
        const int Events = 12;
        Say("A watch since the beginning, one that begins later, and one of a namespace");
        List<JsonObject> events = await open.TakeAsync(Events);
        transcript.AddEvents(events);
        string third = (string)events[2]["object"]!["metadata"]!["resourceVersion"]!;
        await FollowAsync($"{Pods}?watch=1&resourceVersion={third}", Events - 3);
        await FollowAsync($"{B}?watch=1&resourceVersion={begin}", 3);
        Say("A watch of what there is (in any order)");
        using ApiWatch all = await ApiWatch.OpenAsync(http, $"{Pods}?watch=1&resourceVersion=0");
        transcript.AddEvents((await all.TakeAsync(3)).OrderBy(next => (string?)next["object"]!["metadata"]!["name"], StringComparer.Ordinal));
    }

    private async Task ErrorsAsync()
    {
        Say("Errors");
        await GetAsync($"{Pods}?resourceVersion=9000000000000");
        await GetAsync($"{Pods}?limit=2&continue=nonsense");
        JsonObject page = await GetAsync($"{Pods}?limit=2");
        await GetAsync($"{Pods}?limit=2&resourceVersion=1&continue={page["metadata"]!["continue"]}");
        AuthenticationHeaderValue token = http.DefaultRequestHeaders.Authorization!;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "wrong");
        await GetAsync(Pods);
        http.DefaultRequestHeaders.Authorization = null;
        await GetAsync(Pods);
        await GetAsync($"{A}/one");
        await GetAsync("/apis/apps/v1/namespaces/default/deployments/web");
        http.DefaultRequestHeaders.Authorization = token;
        await GetAsync("/apis/apps/v1/namespaces/default/deployments/web");
    }

    private async Task CompactAsync()
    {
        Say("What was forgotten");
        JsonObject page = await GetAsync($"{Pods}?limit=2");
        string version = (string)page["metadata"]!["resourceVersion"]!;
        await SendAsync(HttpMethod.Post, B, Pod("two"));
        await compactAsync();
        JsonObject expired = await GetAsync($"{Pods}?limit=2&continue={page["metadata"]!["continue"]}");
        await GetAsync($"{Pods}?limit=2&continue={expired["metadata"]!["continue"]}");
        await GetAsync($"{Pods}?limit=2&resourceVersion={version}");
        using ApiWatch watch = await ApiWatch.OpenAsync(http, $"{Pods}?watch=1&resourceVersion=1");
        transcript.AddEvents(await watch.TakeAllAsync());
    }

    private async Task EndsAsync()
    {
        Say("Watches that the server ends: from a version to come, with a bookmark, and without");
        string version = await ListVersionAsync();
        using ApiWatch future = await ApiWatch.OpenAsync(http, $"{Pods}?watch=1&timeoutSeconds=1&resourceVersion=9000000000000");
        using ApiWatch marked = await ApiWatch.OpenAsync(http, $"{Pods}?watch=1&timeoutSeconds=3&allowWatchBookmarks=true&resourceVersion={version}");
        using ApiWatch plain = await ApiWatch.OpenAsync(http, $"{Pods}?watch=1&timeoutSeconds=1&resourceVersion={version}");
        foreach (string pod in (string[])[$"{A}/one", $"{A}/three", $"{A}/zero", $"{B}/two"])
        {
            await SendAsync(HttpMethod.Delete, $"{pod}?gracePeriodSeconds=0");
        }

        transcript.AddEvents(await future.TakeAllAsync());
        Say("with a bookmark");
        transcript.AddEvents(await marked.TakeAsync(9));
        Say("without");
        transcript.AddEvents(await plain.TakeAllAsync());
    }

    private async Task FollowAsync(string path, int count)
    {
        transcript.Add("");
        transcript.Add("GET " + WithoutNumbers(path));
        using ApiWatch watch = await ApiWatch.OpenAsync(http, path);
        transcript.AddEvents(await watch.TakeAsync(count));
    }

    private async Task<string> ListVersionAsync() => (string)(await ReadAsync($"{Pods}?limit=1"))["metadata"]!["resourceVersion"]!;

    private async Task<JsonObject> ReadAsync(string path) => JsonNode.Parse(await http.GetStringAsync(path))!.AsObject();

    private Task<JsonObject> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, string? json = null, bool hasOrder = true)
    {
        using HttpRequestMessage request = new(method, path);
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.SendAsync(request);
        string body = await response.Content.ReadAsStringAsync();
        transcript.Add("");
        transcript.Add($"{method} {WithoutNumbers(path)}");
        transcript.Add($"{(int)response.StatusCode} {response.Content.Headers.ContentType}{(response.Headers.RetryAfter is { } wait ? $", Retry-After {wait}" : "")}");
        transcript.AddBody(body, hasOrder);
        return body.StartsWith('{') ? JsonNode.Parse(body)!.AsObject() : [];
    }

    private void Say(string title)
    {
        transcript.Add("");
        transcript.Add("# " + title);
    }

    /// <summary>A path without the versions and tokens of one run.</summary>
    private static string WithoutNumbers(string path)
    {
        string[] parts = path.Split('?', '&');
        IEnumerable<string> query = parts.Skip(1).Select(part =>
            part.StartsWith("continue=", StringComparison.Ordinal) ? "continue=TOKEN"
            : part.StartsWith("resourceVersion=", StringComparison.Ordinal) && part is not ("resourceVersion=0" or "resourceVersion=1") ? "resourceVersion=N"
            : part);
        return parts.Length == 1 ? path : $"{parts[0]}?{string.Join('&', query)}";
    }

    private static string Pod(string name, string? node = null) => new JsonObject
    {
        ["kind"] = "Pod",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["nodeName"] = node,
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "example.org/main" }),
        },
    }.ToJsonString();
}
