using System.Text.Json.Nodes;

namespace PodMetadata.Tests.RealCluster;

/// <summary>What the chart's ClusterRole allows, and no more.</summary>
internal static class WatchRights
{
    /// <summary>The rules of the role, with the verbs that it has for pods.</summary>
    public static JsonNode Rules(string podVerbs = "list, watch") => JsonNode.Parse($$"""
        [
          {"apiGroups": [""], "resources": ["pods"], "verbs": ["{{podVerbs.Replace(", ", "\", \"", StringComparison.Ordinal)}}"]},
          {"apiGroups": ["apps"], "resources": ["replicasets", "deployments", "statefulsets", "daemonsets"], "verbs": ["get"]},
          {"apiGroups": [""], "resources": ["namespaces"], "resourceNames": ["kube-system"], "verbs": ["get"]}
        ]
        """)!;
}
