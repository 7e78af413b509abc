using System.Text.Json.Nodes;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Faults;

/// <summary>What a pod of the load looks like; all of it follows from its worker, its name and its state.</summary>
internal static class LoadPod
{
    private static readonly JsonArray Settings = [.. Enumerable.Range(0, 40).Select(n =>
        JsonNode.Parse($$"""{"name": "SETTING_{{n}}", "value": "https://service-{{n}}.example.internal:8443/api/v1/items?page={{n}}&size=100"}"""))];

    public static string Ip(string name) => $"fd00:{name.Replace('-', ':')}::1";

    public static string Node(string name) => $"node-{name[..name.LastIndexOf('-')]}-{name[^1]}";

    /// <summary>The body of POST /pod/spec: about 5 KB.</summary>
    public static string Spec(string name, PodState state) => PodJson.With($$"""
        {
          "pod_name": "{{name}}", "pod_ip": "{{Ip(name)}}", "node_name": "{{Node(name)}}", "pod_identity": "{{state.Version}}",
          "pod_obj": {
            "metadata": {"name": "{{name}}", "resourceVersion": "{{state.Version}}"},
            "spec": {"nodeName": "{{Node(name)}}", "containers": [{"name": "app", "image": "registry.example.internal/app:1", "env": {{Settings.ToJsonString()}}}]}
          }
        }
        """).ToJsonString();

    /// <summary>Whether an answer is the pod in that state.</summary>
    public static bool IsRecord(string body, string name, PodState state)
    {
        JsonNode record = JsonNode.Parse(body)!;
        return record["pod_name"]!.GetValue<string>() == name
            && record["pod_identity"]!.GetValue<string>() == $"{state.Version}"
            && record["is_dead"]!.GetValue<bool>() == state.IsDead
            && record["pod_obj"]!["metadata"]!["resourceVersion"]!.GetValue<string>() == $"{state.Version}";
    }
}
