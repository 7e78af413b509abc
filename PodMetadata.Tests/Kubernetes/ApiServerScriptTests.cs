using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>The fake API server and a real one answer the same script of requests with the same transcript.</summary>
public sealed partial class ApiServerScriptTests
{
    private const string Kubeconfig = "KUBERNETES_KUBECONFIG";

    [Test]
    public async Task The_fake_answers_as_a_real_API_server()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(new FakeApiOptions { FreshnessTimeout = TimeSpan.FromMilliseconds(50) });
        using HttpClient http = server.CreateClient();
        Compare(await new ApiServerScript(http, CompactAsync).RunAsync());

        Task CompactAsync()
        {
            server.Compact();
            return Task.CompletedTask;
        }
    }

    /// <summary>KUBERNETES_KUBECONFIG is the path of the kubeconfig of a server without pods that has been started before with the same data, so that its
    /// cache does not reach back to the beginning, and whose etcd has the next port, without TLS.</summary>
    [Test, Explicit("It needs a real API server, as scripts/kubernetes starts one."), Category("Kubernetes")]
    public async Task A_real_API_server_answers_so()
    {
        string kubeconfig = await File.ReadAllTextAsync(Environment.GetEnvironmentVariable(Kubeconfig) ?? throw new InvalidOperationException($"{Kubeconfig} is not set."));
        Uri address = new(Setting(kubeconfig, "server"));
        using X509Certificate2 authority = X509CertificateLoader.LoadCertificateFromFile(Setting(kubeconfig, "certificate-authority"));
        using SocketsHttpHandler handler = new();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null && shown.GetCertHash().AsSpan().SequenceEqual(authority.GetCertHash());
        using HttpClient http = new(handler) { BaseAddress = address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Setting(kubeconfig, "token"));
        using HttpClient etcd = new() { BaseAddress = new UriBuilder("http", address.Host, address.Port + 1).Uri };
        Compare(await new ApiServerScript(http, () => CompactAsync(etcd)).RunAsync());
    }

    private static void Compare(string transcript) => Assert.That(
        transcript.Split('\n'),
        Is.EqualTo(File.ReadAllText(Path.Combine(TestDatabase.Root, "PodMetadata.Tests", "Kubernetes", "transcript.txt")).Split('\n')));

    private static async Task CompactAsync(HttpClient etcd)
    {
        using HttpResponseMessage status = await etcd.PostAsJsonAsync("/v3/maintenance/status", new { });
        string revision = Revision().Match(await status.Content.ReadAsStringAsync()).Groups["revision"].Value;
        using HttpResponseMessage compacted = await etcd.PostAsJsonAsync("/v3/kv/compaction", new { revision });
        compacted.EnsureSuccessStatusCode();
    }

    /// <summary>A setting of a kubeconfig as the script that starts the server writes it.</summary>
    private static string Setting(string kubeconfig, string name) => Regex.Match(kubeconfig, $"{name}: \"(?<value>[^\"]+)\"").Groups["value"].Value;

    [GeneratedRegex("\"revision\":\"(?<revision>[0-9]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Revision();
}
