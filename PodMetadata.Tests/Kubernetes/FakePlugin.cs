using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>A credential plugin of a kubeconfig, which fails until it is told to succeed. Its tokens are out of date at once, so that it is run for each
/// request.</summary>
internal sealed class FakePlugin
{
    private const string ApiVersion = "client.authentication.k8s.io/v1";

    private readonly FakeApiServer api;
    private readonly string folder;

    private FakePlugin(FakeApiServer api) => (this.api, folder) = (api, Path.GetDirectoryName(api.KubeconfigPath)!);

    private string Credential => Path.Combine(folder, "credential");

    private string Failures => Path.Combine(folder, "failures");

    /// <summary>Makes the kubeconfig of an API server one with a plugin instead of the token.</summary>
    public static FakePlugin For(FakeApiServer api)
    {
        FakePlugin plugin = new(api);
        string script = Path.Combine(plugin.folder, "plugin");
        File.WriteAllText(script, $"cat {plugin.Credential} || {{ echo >> {plugin.Failures}; exit 1; }}\n");
        string kubeconfig = File.ReadAllText(api.KubeconfigPath);
        File.WriteAllText(api.KubeconfigPath, kubeconfig.Replace(
            $"token: {api.Token}", $"exec: {{ apiVersion: {ApiVersion}, command: /bin/sh, args: [{script}] }}", StringComparison.Ordinal));
        return plugin;
    }

    public void Succeed()
    {
        JsonObject credential = new()
        {
            ["apiVersion"] = ApiVersion,
            ["kind"] = "ExecCredential",
            ["status"] = new JsonObject { ["token"] = api.Token, ["expirationTimestamp"] = "2020-01-01T00:00:00Z" },
        };
        File.WriteAllText(Credential + ".new", credential.ToJsonString());
        File.Move(Credential + ".new", Credential);
    }

    public void Fail() => File.Delete(Credential);

    /// <summary>Waits until it has failed so many times.</summary>
    public Task FailedAsync(int times) =>
        Wait.UntilAsync(() => Task.FromResult(File.Exists(Failures) && File.ReadLines(Failures).Count() >= times), () => "The plugin was not run.");
}
