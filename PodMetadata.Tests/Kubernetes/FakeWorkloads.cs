using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>Makes the manifests of what owns pods.</summary>
internal static class FakeWorkloads
{
    /// <summary>A Deployment, ReplicaSet, StatefulSet, DaemonSet or Job.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="namespace">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="matchLabels">The labels that it selects its pods by; null for none.</param>
    /// <param name="owner">What owns it, as it is stored; null for none.</param>
    public static JsonObject Workload(
        string kind, string @namespace, string name, IReadOnlyDictionary<string, string>? matchLabels = null, FakeObject? owner = null)
    {
        JsonObject metadata = new() { ["name"] = name, ["namespace"] = @namespace };
        AddOwner(metadata, owner);
        JsonObject selector = matchLabels is null
            ? new() { ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = "app", ["operator"] = "Exists" }) }
            : new() { ["matchLabels"] = Labels(matchLabels) };
        return new JsonObject
        {
            ["apiVersion"] = FakeResource.OfKind(kind).ApiVersion,
            ["kind"] = kind,
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["selector"] = selector },
        };
    }

    public static void AddOwner(JsonObject metadata, FakeObject? owner)
    {
        if (owner is not null)
        {
            metadata["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = owner.Resource.ApiVersion,
                ["kind"] = owner.Resource.Kind,
                ["name"] = owner.Name,
                ["uid"] = owner.Uid,
                ["controller"] = true,
                ["blockOwnerDeletion"] = true,
            });
        }
    }

    public static JsonObject Labels(IReadOnlyDictionary<string, string> labels) =>
        new(labels.Select(label => KeyValuePair.Create<string, JsonNode?>(label.Key, label.Value)));
}
