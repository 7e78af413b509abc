using System.Text.Json;
using PodMetadata.Domain.Json;

namespace PodMetadata.Domain.Kubernetes;

/// <summary>A pod's manifest, and what it says about the pod's IP, its stay at that IP, and its owners
/// (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/).</summary>
public sealed class PodManifest
{
    // Kubernetes sets it to true when the pod's sandbox, and with it the IP, is there.
    private const string SandboxIsReady = "PodReadyToStartContainers";

    // Of DisruptionTarget: only pods that run are disrupted by the kubelet. The other reasons are also given to pods that have finished
    // (https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions).
    private const string ByKubelet = "TerminationByKubelet";

    private static readonly string[] IdentityLabels = ["app.kubernetes.io/name", "app.kubernetes.io/component", "k8s-app", "app"];

    private PodManifest(JsonText json, JsonElement pod)
    {
        JsonElement metadata = pod.At("metadata");
        JsonElement status = pod.At("status");
        Json = json;
        Name = metadata.At("name").Text() ?? throw new JsonException("A pod without a name.");
        Namespace = metadata.At("namespace").Text() ?? throw new JsonException("A pod without a namespace.");
        Uid = metadata.At("uid").Text() ?? "";
        ResourceVersion = metadata.At("resourceVersion").Text();
        Ip = NotBlank(status.At("podIP"));
        NodeName = NotBlank(pod.At("spec", "nodeName"));
        IdentityLabel = IdentityLabels.Select(label => metadata.At("labels", label).Text()).FirstOrDefault(value => value is not null);
        Owners = WorkloadReference.OwnersOf(metadata);
        IsFinished = status.At("phase").Text() is "Succeeded" or "Failed";
        DeletionRequestedAt = RequestOf(metadata);

        JsonElement[] containers = [.. status.At("containerStatuses").Items()];
        StartedAt = MomentOf(Condition(status, SandboxIsReady, "True"))
            ?? Earliest(status.At("initContainerStatuses").Items().Concat(containers).Select(container =>
                Moment(container.At("state", "running", "startedAt")) ?? Moment(container.At("state", "terminated", "startedAt"))));
        AcceptedAt = Moment(status.At("startTime"));
        JsonElement disruption = Condition(status, "DisruptionTarget", "True");
        DateTime? evictedAt = disruption.At("reason").Text() == ByKubelet ? MomentOf(disruption) : null;
        FinishedAt =
            containers.Length > 0 && EndOf([.. containers, .. Sidecars(pod)]) is { } end ? Latest(end, IsFinished ? evictedAt : DeletionRequestedAt)
            : IsFinished ? MomentOf(disruption) ?? (containers.Length == 0 ? MomentOf(Condition(status, "Ready", "False")) : null)
            : null;
        if (FinishedAt <= StartedAt)
        {
            FinishedAt = StartedAt.Value.AddSeconds(1); // both are whole seconds, and an empty stay would be none
        }
    }

    /// <summary>The manifest.</summary>
    public JsonText Json { get; }

    /// <summary>The pod's name.</summary>
    public string Name { get; }

    /// <summary>The pod's namespace.</summary>
    public string Namespace { get; }

    /// <summary>The UID, which tells a pod from another one of the same namespace and name; empty when there is none.</summary>
    public string Uid { get; }

    /// <summary>The version of the cluster's data in which the manifest is this one; null when there is none.</summary>
    public string? ResourceVersion { get; }

    /// <summary>The first IP as the manifest spells it; null when the pod has none.</summary>
    public string? Ip { get; }

    /// <summary>The node; null while the pod is not scheduled.</summary>
    public string? NodeName { get; }

    /// <summary>The value of the first label that names the pod's application; null without one.</summary>
    public string? IdentityLabel { get; }

    /// <summary>The workloads that own the pod, in the manifest's order.</summary>
    public IReadOnlyList<WorkloadReference> Owners { get; }

    /// <summary>Whether the pod has succeeded or failed, and holds its IP no more.</summary>
    public bool IsFinished { get; }

    /// <summary>When somebody asked for the pod to be deleted: its containers are not started again. Null when nobody has. UTC.</summary>
    public DateTime? DeletionRequestedAt { get; }

    /// <summary>When the pod's stay at its IP began: when its sandbox was ready, else when its first container started. Null when neither is
    /// known. UTC.</summary>
    public DateTime? StartedAt { get; }

    /// <summary>When the pod's stay at its IP ended: the end of the last container, sidecars included, if all have ended, but no earlier than its eviction
    /// by the kubelet and, while the phase is neither <c>Succeeded</c> nor <c>Failed</c>, the request to delete the pod. Of a pod that failed otherwise,
    /// when it was evicted, or was no longer ready. Later than <see cref="StartedAt"/>; null when it is not known. UTC.</summary>
    public DateTime? FinishedAt { get; }

    /// <summary>When the kubelet took the pod, shortly before it got its IP; null when it is not known. UTC.</summary>
    public DateTime? AcceptedAt { get; }

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="JsonException">It is not an object with a name and a namespace.</exception>
    public static PodManifest Parse(JsonText json)
    {
        ArgumentNullException.ThrowIfNull(json);
        using JsonDocument document = JsonDocument.Parse(json.Utf8);
        return new PodManifest(json, document.RootElement);
    }

    /// <summary>The pod's record.</summary>
    /// <param name="ip">The IP in canonical form.</param>
    /// <param name="workload">The workload that owns the pod; null for none.</param>
    /// <param name="since">The time stamp, in UTC, of a manifest that does not say when its state began, unless the kubelet took the pod later: the
    /// earliest moment at which that can have been.</param>
    public Pod ToRecord(string ip, Workload? workload, DateTime since) => new()
    {
        Name = Name,
        Namespace = Namespace,
        Ip = ip,
        NodeName = NodeName!,
        Identity = FieldRules.Trimmed(IdentityLabel ?? workload?.Name),
        SelectorLabels = workload?.SelectorLabels,
        Manifest = Json,
        TimeStamp = StateSince ?? (AcceptedAt > since ? AcceptedAt.Value : since),
    };

    /// <summary>When the state that the manifest shows began; null when the manifest does not say. The same for each manifest of a stay, so that
    /// a list, a restart and another instance write equal records.</summary>
    public DateTime? StateSince => IsFinished ? FinishedAt : StartedAt;

    // The status of a container that could not be found any more has no time. Null when one has not ended, or none says when.
    private static DateTime? EndOf(JsonElement[] containers) =>
        containers.All(container => container.At("state", "terminated").ValueKind == JsonValueKind.Object)
            ? containers.Max(container => Moment(container.At("state", "terminated", "finishedAt")))
            : null;

    // Init containers that always restart run beside the containers, and are stopped after them
    // (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#sidecar-containers-and-pod-lifecycle).
    private static IEnumerable<JsonElement> Sidecars(JsonElement pod)
    {
        HashSet<string?> names =
        [
            .. pod.At("spec", "initContainers").Items().Where(container => container.At("restartPolicy").Text() == "Always").Select(container => container.At("name").Text()),
        ];
        return pod.At("status", "initContainerStatuses").Items().Where(container => names.Contains(container.At("name").Text()));
    }

    // The grace period before deletionTimestamp, also after another request has shortened it (BeforeDelete in
    // k8s.io/apiserver/pkg/registry/rest/delete.go). From Kubernetes 1.33 on, the kubelet's own request at the very end moves deletionTimestamp to that
    // moment; but then the phase is Succeeded or Failed since 1.27 (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase).
    private static DateTime? RequestOf(JsonElement metadata) =>
        Moment(metadata.At("deletionTimestamp")) is { } deadline
        && metadata.At("deletionGracePeriodSeconds") is { ValueKind: JsonValueKind.Number } grace && grace.TryGetInt32(out int seconds)
            ? deadline.AddSeconds(-seconds)
            : null;

    // The kubelet keeps the sandbox of containers that have crashed, to start them again in it, until the pod is deleted or evicted
    // (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restarts).
    private static DateTime Latest(DateTime end, DateTime? other) => other > end ? other.Value : end;

    private static JsonElement Condition(JsonElement status, string type, string value) => status.At("conditions").Items()
        .FirstOrDefault(condition => condition.At("type").Text() == type && condition.At("status").Text() == value);

    private static DateTime? MomentOf(JsonElement condition) => Moment(condition.At("lastTransitionTime"));

    private static DateTime? Earliest(IEnumerable<DateTime?> moments) => moments.Min();

    private static string? NotBlank(JsonElement element) => FieldRules.Trimmed(element.Text());

    // A year that no cluster has would overflow in the arithmetic above.
    private static DateTime? Moment(JsonElement element) => PodTime.TryParse(element.Text(), out DateTime utc) && utc.Year is > 1900 and < 9000 ? utc : null;
}
