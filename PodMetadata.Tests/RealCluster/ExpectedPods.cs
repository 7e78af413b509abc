using System.Text.Json.Nodes;

namespace PodMetadata.Tests.RealCluster;

/// <summary>The records that the server's pods must have, by the rules of the node controller.</summary>
internal sealed class ExpectedPods
{
    private static readonly string[] IdentityLabels = ["app.kubernetes.io/name", "app.kubernetes.io/component", "k8s-app", "app"];

    private readonly Dictionary<string, JsonObject> workloads = [];

    private ExpectedPods(JsonObject[] pods) => Pods = pods;

    /// <summary>The server's pods with an IP and a node.</summary>
    public JsonObject[] Pods { get; }

    /// <summary>Reads the pods and their owners.</summary>
    public static async Task<ExpectedPods> ReadAsync(ApiServer api)
    {
        ExpectedPods expected = new([.. (await api.ListAsync("/api/v1/pods")).Where(pod => pod["status"]!["podIP"] is not null && pod["spec"]!["nodeName"] is not null)]);
        foreach (string kind in new[] { "replicasets", "deployments", "statefulsets", "daemonsets" })
        {
            foreach (JsonObject workload in await api.ListAsync($"/apis/apps/v1/{kind}"))
            {
                workload["kind"] = kind;
                expected.workloads.Add($"{workload["metadata"]!["uid"]}", workload);
            }
        }

        return expected;
    }

    public static bool IsFinished(JsonObject pod) => $"{pod["status"]!["phase"]}" is "Succeeded" or "Failed";

    /// <summary>The namespace and the name.</summary>
    public static string KeyOf(JsonObject pod) => $"{pod["metadata"]!["namespace"]}/{pod["metadata"]!["name"]}";

    /// <summary>When a pod's stay began, as its status says.</summary>
    public static DateTime? StartOf(JsonObject pod) => ConditionOf(pod, "PodReadyToStartContainers", "True")
        ?? (pod["status"]!["initContainerStatuses"]?.AsArray() ?? []).Select(container => container!["state"]!).Concat(StatesOf(pod))
            .Min(state => Moment((state["running"] ?? state["terminated"])?["startedAt"]));

    /// <summary>When a finished pod's stay ended, as its status says; null for others.</summary>
    public static DateTime? EndOf(JsonObject pod)
    {
        JsonNode[] states = [.. StatesOf(pod)];
        DateTime? at = !IsFinished(pod) ? null
            : states.Length > 0 && states.All(state => state["terminated"] is not null) ? states.Max(state => Moment(state["terminated"]!["finishedAt"]))
            : ConditionOf(pod, "Ready", "False");
        return at <= StartOf(pod) ? StartOf(pod)!.Value.AddSeconds(1) : at;
    }

    /// <summary>How a stored record differs from what a pod's must be; null when it does not.</summary>
    public string? DifferenceOf(JsonObject pod, JsonObject record)
    {
        JsonObject? workload = WorkloadOf(pod);
        JsonObject manifest = pod.DeepClone().AsObject();
        manifest["kind"] = "Pod";
        manifest["apiVersion"] = "v1";
        string? identity = IdentityLabels.Select(label => pod["metadata"]!["labels"]?[label]?.ToString()).FirstOrDefault(value => value is not null);
        JsonObject expected = new()
        {
            ["pod_name"] = pod["metadata"]!["name"]!.DeepClone(),
            ["pod_namespace"] = pod["metadata"]!["namespace"]!.DeepClone(),
            ["pod_ip"] = pod["status"]!["podIP"]!.DeepClone(),
            ["node_name"] = pod["spec"]!["nodeName"]!.DeepClone(),
            ["is_dead"] = false,
            ["pod_identity"] = identity ?? workload?["metadata"]!["name"]!.ToString(),
            ["workload_selector_labels"] = workload?["spec"]!["selector"]!["matchLabels"]?.DeepClone(),
            ["pod_obj"] = manifest,
        };
        string[] different = [.. expected.Where(member => Api.JsonValue.Normalized(Text(member.Value)) != Api.JsonValue.Normalized(Text(record[member.Key]))).Select(member => member.Key)];
        DateTime? stamp = IsFinished(pod) ? EndOf(pod) : StartOf(pod);
        return different.Length > 0 ? $"{KeyOf(pod)}: {string.Join(", ", different.Select(member => $"{member} is {Short(record[member])}, not {Short(expected[member])}"))}"
            : stamp is not null && stamp != record["time_stamp"]!.GetValue<DateTime>() ? $"{KeyOf(pod)}: time_stamp is {record["time_stamp"]}, not {stamp:O}"
            : null;
    }

    /// <summary>The workload that a pod is known by: a ReplicaSet's Deployment, if that selects by labels, or the owner itself.</summary>
    private JsonObject? WorkloadOf(JsonObject pod) => OwnersOf(pod)
        .Select(owner => $"{owner["kind"]}" is "replicasets" ? OwnersOf(owner).FirstOrDefault(above => above["spec"]!["selector"]!["matchLabels"] is not null) : owner)
        .FirstOrDefault(workload => workload is not null);

    private IEnumerable<JsonObject> OwnersOf(JsonObject owned) =>
        (owned["metadata"]!["ownerReferences"]?.AsArray() ?? []).Select(reference => workloads.GetValueOrDefault($"{reference!["uid"]}")).OfType<JsonObject>();

    private static IEnumerable<JsonNode> StatesOf(JsonObject pod) => (pod["status"]!["containerStatuses"]?.AsArray() ?? []).Select(container => container!["state"]!);

    private static DateTime? ConditionOf(JsonObject pod, string type, string status) => (pod["status"]!["conditions"]?.AsArray() ?? [])
        .Where(condition => $"{condition!["type"]}" == type && $"{condition["status"]}" == status)
        .Select(condition => Moment(condition!["lastTransitionTime"]))
        .FirstOrDefault();

    private static DateTime? Moment(JsonNode? text) => text is null ? null : DateTime.Parse($"{text}", null, System.Globalization.DateTimeStyles.AdjustToUniversal);

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";

    private static string Short(JsonNode? node) => Text(node) is { Length: > 200 } text ? text[..200] : Text(node);
}
