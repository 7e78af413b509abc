using System.Text.Json.Nodes;

namespace PodMetadata.Tests.RealCluster;

/// <summary>Creates the objects that own pods. No controller runs: they only say what they are.</summary>
internal static class Workloads
{
    /// <summary>Creates a workload of the API group apps.</summary>
    /// <param name="api">The server.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="workloadNamespace">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="matchLabels">What it selects by, and its pods have; null when it selects by an expression.</param>
    /// <param name="owner">The object that owns it.</param>
    public static async Task<JsonObject> CreateAsync(
        ApiServer api, string kind, string workloadNamespace, string name, JsonObject? matchLabels, JsonObject? owner = null)
    {
        JsonObject selector = matchLabels is null
            ? JsonNode.Parse($$"""{"matchExpressions": [{"key": "name", "operator": "In", "values": ["{{name}}"]}]}""")!.AsObject()
            : new JsonObject { ["matchLabels"] = matchLabels.DeepClone() };
        JsonNode labels = matchLabels?.DeepClone() ?? new JsonObject { ["name"] = name };
        JsonObject workload = JsonNode.Parse($$"""
            {
              "apiVersion": "apps/v1", "kind": "{{kind}}",
              "metadata": {
                "name": "{{name}}", "namespace": "{{workloadNamespace}}",
                "ownerReferences": {{new JsonArray([.. owner is null ? [] : new[] { PodPlan.ReferenceTo(owner) }]).ToJsonString()}}
              },
              "spec": {
                "selector": {{selector.ToJsonString()}},
                "template": {"metadata": {"labels": {{labels.ToJsonString()}}}, "spec": {"containers": [{"name": "app", "image": "app"}]} }
              }
            }
            """)!.AsObject();
        if (kind == "StatefulSet")
        {
            workload["spec"]!["serviceName"] = name;
        }

        return (await api.PostAsync($"/apis/apps/v1/namespaces/{workloadNamespace}/{kind.ToLowerInvariant()}s", workload)).AsObject();
    }

    /// <summary>Creates a Job.</summary>
    public static async Task<JsonObject> CreateJobAsync(ApiServer api, string jobNamespace, string name) => (await api.PostAsync(
        $"/apis/batch/v1/namespaces/{jobNamespace}/jobs",
        JsonNode.Parse($$"""
            {
              "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "{{name}}"},
              "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "app", "image": "app"}] } } }
            }
            """)!)).AsObject();
}
