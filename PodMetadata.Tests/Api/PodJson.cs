using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>Pod records as JSON, for tests to change a member or two.</summary>
public static class PodJson
{
    /// <summary>A record with all nine members; <paramref name="changes"/> is an object whose members replace the record's.</summary>
    public static JsonObject With(string changes = "{}")
    {
        JsonObject record = JsonNode.Parse("""
            {
              "pod_name": "my-app-7d9f6b8c4-x5z2w",
              "pod_namespace": "production",
              "pod_ip": "10.244.1.5",
              "node_name": "worker-1",
              "is_dead": false,
              "pod_identity": "my-app",
              "workload_selector_labels": { "app.kubernetes.io/name": "my-app" },
              "pod_obj": { "metadata": { "name": "my-app-7d9f6b8c4-x5z2w" }, "spec": { "containers": [ { "image": "app:1" } ] } },
              "time_stamp": "2026-05-12T10:32:14.123456"
            }
            """)!.AsObject();
        foreach ((string member, JsonNode? value) in JsonNode.Parse(changes)!.AsObject())
        {
            record[member] = value?.DeepClone();
        }

        return record;
    }

    /// <summary>A record without a member.</summary>
    public static JsonObject Without(string member)
    {
        JsonObject record = With();
        record.Remove(member);
        return record;
    }
}
