using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PodMetadata.Tests.RealCluster;

/// <summary>The real Kubernetes API server that scripts/kubernetes has started, as an administrator.</summary>
internal sealed partial class ApiServer : IDisposable
{
    private const string KubeconfigVariable = "KUBERNETES_KUBECONFIG";
    private const string ToolVariable = "KUBERNETES_APISERVER";

    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(15);

    private readonly string kubeconfig = Environment.GetEnvironmentVariable(KubeconfigVariable) ?? throw new InvalidOperationException("scripts/kubernetes runs this.");
    private readonly string text;
    private readonly HttpClient http;
    private readonly HttpClient etcd;

    public ApiServer()
    {
        text = File.ReadAllText(kubeconfig);
        Uri address = new(Setting().Match(text).Groups["server"].Value);
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Home, "ca.crt"));
        string hash = certificate.GetCertHashString();
        http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == hash } })
        {
            BaseAddress = address,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token().Match(text).Groups["token"].Value);
        etcd = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{address.Port + 1}") };
    }

    /// <summary>The kubeconfig of the administrator.</summary>
    public string Kubeconfig => kubeconfig;

    private string Home => Path.GetDirectoryName(kubeconfig)!;

    public Task<JsonNode> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<JsonNode> PostAsync(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, body.ToJsonString());

    /// <summary>Changes some members of an object.</summary>
    public Task<JsonNode> PatchAsync(string path, JsonNode change) => SendAsync(HttpMethod.Patch, path, change.ToJsonString(), "application/merge-patch+json");

    public Task<JsonNode> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <summary>The items of a list.</summary>
    public async Task<JsonObject[]> ListAsync(string path) => [.. (await GetAsync(path))["items"]!.AsArray().Select(item => item!.AsObject())];

    /// <summary>Forgets all versions but the newest, which the server itself does every five minutes.</summary>
    public async Task CompactAsync()
    {
        JsonNode status = await AskEtcdAsync("/v3/maintenance/status", "{}");
        await AskEtcdAsync("/v3/kv/compaction", $$"""{"revision": "{{status["header"]!["revision"]}}", "physical": true}""");
    }

    /// <summary>Starts it again on the same data.</summary>
    public Task StartAsync() => RunToolAsync("start");

    /// <summary>Ends it, and etcd.</summary>
    public async Task StopAsync()
    {
        string[] processes = [.. new[] { "apiserver.pid", "etcd.pid" }.Select(file => $"/proc/{File.ReadAllText(Path.Combine(Home, file)).Trim()}")];
        await RunToolAsync("stop");
        Stopwatch waiting = Stopwatch.StartNew();
        while (processes.Any(Directory.Exists))
        {
            await Task.Delay(50);
            if (waiting.Elapsed > LongestStop)
            {
                Array.ForEach(processes, process => Signals.Send("KILL", int.Parse(Path.GetFileName(process), null)));
            }
        }
    }

    /// <summary>Writes the kubeconfig of an account that may do nothing but what a role allows, and returns its path.</summary>
    public async Task<string> CreateAccountAsync(string name, JsonNode rules)
    {
        await PostAsync("/api/v1/namespaces/default/serviceaccounts", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
        await PostAsync("/apis/rbac.authorization.k8s.io/v1/clusterroles", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["rules"] = rules });
        await PostAsync("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", JsonNode.Parse($$"""
            {
              "metadata": {"name": "{{name}}"},
              "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "{{name}}"},
              "subjects": [{"kind": "ServiceAccount", "name": "{{name}}", "namespace": "default"}]
            }
            """)!);
        JsonNode token = await PostAsync(
            $"/api/v1/namespaces/default/serviceaccounts/{name}/token",
            JsonNode.Parse("""{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}""")!);
        string path = Path.Combine(Home, $"{name}.kubeconfig");
        await File.WriteAllTextAsync(path, Token().Replace(text, $"token: \"{token["status"]!["token"]}\""));
        return path;
    }

    public void Dispose()
    {
        http.Dispose();
        etcd.Dispose();
    }

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, string? body = null, string type = "application/json")
    {
        using HttpRequestMessage request = new(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, type);
        }

        using HttpResponseMessage answer = await http.SendAsync(request);
        string json = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(json)! : throw new HttpRequestException($"{method} {path}: {json}", null, answer.StatusCode);
    }

    private async Task<JsonNode> AskEtcdAsync(string path, string body)
    {
        using HttpResponseMessage answer = await etcd.PostAsync(path, new StringContent(body));
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    private async Task RunToolAsync(string command)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable(ToolVariable)!, [command, Home]);
        start.Environment["PORT"] = $"{http.BaseAddress!.Port}";
        using Process process = Process.Start(start)!;
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, $"{start.FileName} {command}");
    }

    [GeneratedRegex("server: \"(?<server>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Setting();

    [GeneratedRegex("token: \"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}
