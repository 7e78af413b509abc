using System.Text.Json.Nodes;

namespace PodMetadata.Tests.RealCluster;

/// <summary>A pod to create.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Name">The name.</param>
/// <param name="Node">The node.</param>
/// <param name="Labels">The labels.</param>
/// <param name="Owner">The object that owns it; null for none.</param>
internal sealed record PodPlan(string Namespace, string Name, ClusterNode Node, JsonObject Labels, JsonObject? Owner)
{
    public bool IsOnHostNetwork { get; init; }

    /// <summary>The manifest, without status.</summary>
    public JsonObject Manifest => JsonNode.Parse($$"""
        {
          "apiVersion": "v1", "kind": "Pod",
          "metadata": {
            "name": "{{Name}}", "namespace": "{{Namespace}}", "labels": {{Labels.ToJsonString()}},
            "annotations": {"example.com/checksum": "{{Guid.NewGuid():N}}"},
            "ownerReferences": {{new JsonArray([.. Owner is null ? [] : new[] { ReferenceTo(Owner) }]).ToJsonString()}}
          },
          "spec": {
            "nodeName": "{{Node.Name}}", "hostNetwork": {{(IsOnHostNetwork ? "true" : "false")}}, "serviceAccountName": "default",
            "containers": [{
              "name": "app", "image": "registry.example.com/{{Name}}:1",
              "env": [{"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP" } } }],
              "resources": {"requests": {"cpu": "100m", "memory": "64Mi"} }
            }]
          }
        }
        """)!.AsObject();

    /// <summary>A member of ownerReferences.</summary>
    public static JsonNode ReferenceTo(JsonObject owner) => new JsonObject
    {
        ["apiVersion"] = owner["apiVersion"]!.DeepClone(),
        ["kind"] = owner["kind"]!.DeepClone(),
        ["name"] = owner["metadata"]!["name"]!.DeepClone(),
        ["uid"] = owner["metadata"]!["uid"]!.DeepClone(),
        ["controller"] = true,
    };
}
