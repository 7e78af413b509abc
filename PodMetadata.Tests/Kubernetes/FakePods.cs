using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>Makes manifests of pods, and takes them through their lives as scheduler and kubelet do. Each step changes the manifest it is given,
/// so that it can be the change of an update.</summary>
internal static class FakePods
{
    private const string Template = """
        {
          "apiVersion": "v1",
          "kind": "Pod",
          "metadata": {
            "annotations": {"example.org/note": "Straße – 東京 ✓", "kubernetes.io/config.source": "api"},
            "managedFields": [
              {"manager": "kube-controller-manager", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1",
               "fieldsV1": {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}, "f:spec": {"f:containers": {"k:{\"name\":\"main\"}": {".": {}, "f:image": {}}}}}},
              {"manager": "kubelet", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "subresource": "status",
               "fieldsV1": {"f:status": {"f:conditions": {".": {}}, "f:podIP": {}, "f:podIPs": {".": {}}}}}
            ]
          },
          "spec": {
            "volumes": [{"name": "kube-api-access", "projected": {"defaultMode": 420, "sources": [
              {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
              {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}}]}}],
            "containers": [{"name": "main", "ports": [{"containerPort": 8080, "protocol": "TCP"}],
              "env": [{"name": "NODE", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "spec.nodeName"}}}],
              "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
              "volumeMounts": [{"name": "kube-api-access", "readOnly": true, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}],
              "futureProbe": {"ratio": 1.50, "limits": [1e3, 18446744073709551615, null]}}],
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30,
            "dnsPolicy": "ClusterFirst",
            "serviceAccountName": "default",
            "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}],
            "futureSpec": {"": "an empty name", "mode": "someday"}
          },
          "status": {"phase": "Pending", "conditions": [], "qosClass": "Burstable", "futureStatus": "as it is"}
        }
        """;

    /// <summary>When pods begin, unless a test says otherwise.</summary>
    public static readonly DateTimeOffset Began = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, string> NoLabels = [];

    /// <summary>A pod that nobody has given a node yet. It has what Kubernetes adds by itself, fields of a Kubernetes to come, and text beyond
    /// ASCII.</summary>
    /// <param name="namespace">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="at">When it was made.</param>
    /// <param name="labels">Its labels; null for none.</param>
    /// <param name="owner">What owns it, as it is stored; null for none.</param>
    /// <param name="isOnHostNetwork">Whether it has its node's IP.</param>
    public static JsonObject Pending(
        string @namespace, string name, DateTimeOffset at, IReadOnlyDictionary<string, string>? labels = null, FakeObject? owner = null,
        bool isOnHostNetwork = false)
    {
        JsonObject pod = JsonNode.Parse(Template)!.AsObject();
        JsonObject metadata = pod.Metadata();
        metadata["name"] = name;
        metadata["namespace"] = @namespace;
        metadata["creationTimestamp"] = Time(at);
        metadata["labels"] = FakeWorkloads.Labels(labels ?? NoLabels);
        metadata["managedFields"]![0]!["time"] = Time(at);
        FakeWorkloads.AddOwner(metadata, owner);
        pod.Spec()["containers"]![0]!["image"] = $"registry.example.org/{name}:1.0";
        pod.Touch(at);
        if (isOnHostNetwork)
        {
            pod.Spec()["hostNetwork"] = true;
        }

        return pod;
    }

    /// <summary>A pod that was made, scheduled to <c>node-1</c> and started at one moment.</summary>
    public static JsonObject Running(
        string @namespace, string name, string ip, DateTimeOffset? at = null, IReadOnlyDictionary<string, string>? labels = null, FakeObject? owner = null,
        bool isOnHostNetwork = false)
    {
        JsonObject pod = Pending(@namespace, name, at ?? Began, labels, owner, isOnHostNetwork);
        pod.Schedule("node-1", at ?? Began);
        pod.Run(ip, at ?? Began);
        return pod;
    }

    /// <summary>The scheduler chooses a node.</summary>
    public static void Schedule(this JsonObject pod, string node, DateTimeOffset at)
    {
        pod.Spec()["nodeName"] = node;
        pod.SetCondition("PodScheduled", true, at);
    }

    /// <summary>The kubelet has taken the pod and made its sandbox, with an IP; no container runs yet.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="ip">Its IP.</param>
    /// <param name="at">When.</param>
    /// <param name="hasCondition">Whether the cluster has the condition PodReadyToStartContainers; before 1.29 none has it by default.</param>
    public static void CreateSandbox(this JsonObject pod, string ip, DateTimeOffset at, bool hasCondition = true)
    {
        pod.SetIp(ip);
        pod.Status()["startTime"] = Time(at);
        if (hasCondition)
        {
            pod.SetCondition("PodReadyToStartContainers", true, at);
        }

        pod.SetCondition("Initialized", true, at);
        pod.SetCondition("Ready", false, at);
        pod.SetContainer(new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ContainerCreating" } }, isReady: false, restarts: 0);
    }

    /// <summary>The kubelet has started the containers, which are not ready yet.</summary>
    public static void StartContainers(this JsonObject pod, DateTimeOffset at)
    {
        pod.Status()["phase"] = "Running";
        pod.SetContainer(Running(at), isReady: false, restarts: 0);
        pod.Touch(at);
    }

    /// <summary>Sandbox, containers and readiness in one step.</summary>
    public static void Run(this JsonObject pod, string ip, DateTimeOffset at, bool hasCondition = true)
    {
        pod.CreateSandbox(ip, at, hasCondition);
        pod.StartContainers(at);
        pod.BecomeReady(at);
    }

    public static void BecomeReady(this JsonObject pod, DateTimeOffset at) => pod.SetReady(true, at);

    public static void BecomeUnready(this JsonObject pod, DateTimeOffset at) => pod.SetReady(false, at);

    /// <summary>A container has ended, and was started again.</summary>
    public static void RestartContainer(this JsonObject pod, DateTimeOffset finished, DateTimeOffset started)
    {
        JsonNode container = pod.Container();
        JsonObject last = Terminated(container, 1, finished);
        pod.SetContainer(Running(started), isReady: true, restarts: (int)container["restartCount"]! + 1);
        pod.Container()["lastState"] = last;
        pod.Touch(started);
    }

    /// <summary>A container has crashed, and waits for its next start.</summary>
    public static void Crash(this JsonObject pod, DateTimeOffset at)
    {
        JsonNode container = pod.Container();
        JsonObject last = Terminated(container, 1, at);
        pod.SetContainer(new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "CrashLoopBackOff" } }, isReady: false, restarts: (int)container["restartCount"]!);
        pod.Container()["lastState"] = last;
        pod.SetReady(false, at);
    }

    /// <summary>The containers have ended for good.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="at">When they ended.</param>
    /// <param name="hasSucceeded">Whether it is Succeeded, else Failed.</param>
    /// <param name="keepsIp">Whether the status still has the IP; that of Kubernetes 1.27 to 1.30 has not, until <see cref="SetIp"/>.</param>
    public static void Finish(this JsonObject pod, DateTimeOffset at, bool hasSucceeded = true, bool keepsIp = true)
    {
        JsonNode container = pod.Container();
        pod.SetContainer(Terminated(container, hasSucceeded ? 0 : 1, at), isReady: false, restarts: (int)container["restartCount"]!);
        pod.Status()["phase"] = hasSucceeded ? "Succeeded" : "Failed";
        pod.SetCondition("Ready", false, at);
        if (!keepsIp)
        {
            pod.Status().Remove("podIP");
            pod.Status().Remove("podIPs");
        }
    }

    /// <summary>The pod has failed, and what the kubelet knew of it is lost.</summary>
    public static void FinishWithoutTime(this JsonObject pod)
    {
        pod.Status()["phase"] = "Failed";
        pod.Status().Remove("containerStatuses");
        pod.Status().Remove("conditions");
    }

    /// <summary>Somebody has asked for the pod to be deleted; it runs on until its kubelet is done.</summary>
    public static void Terminate(this JsonObject pod, DateTimeOffset at, int gracePeriod = 30)
    {
        pod.Metadata()["deletionTimestamp"] = Time(at.AddSeconds(gracePeriod));
        pod.Metadata()["deletionGracePeriodSeconds"] = gracePeriod;
    }

    public static void SetIp(this JsonObject pod, string ip)
    {
        pod.Status()["podIP"] = ip;
        pod.Status()["podIPs"] = new JsonArray(new JsonObject { ["ip"] = ip });
    }

    /// <summary>The manifests of many running pods, of a few kilobytes each, made fast: as pod-1, pod-2 and so on in 80 namespaces.</summary>
    public static IEnumerable<byte[]> Many(int count, DateTimeOffset at)
    {
        JsonObject template = Pending("in-namespace", "of-name", at, new Dictionary<string, string> { ["app"] = "of-name" });
        template.Schedule("on-node", at);
        template.Run("with-ip", at);
        template["metadata"]!["annotations"]!["kubectl.kubernetes.io/last-applied-configuration"] = template["spec"]!.ToJsonString(FakeStatusException.Relaxed);
        string text = template.ToJsonString(FakeStatusException.Relaxed);
        return Enumerable.Range(1, count).Select(i => Encoding.UTF8.GetBytes(text
            .Replace("in-namespace", $"namespace-{i % 80}", StringComparison.Ordinal)
            .Replace("of-name", $"pod-{i}", StringComparison.Ordinal)
            .Replace("on-node", $"node-{i / 30}", StringComparison.Ordinal)
            .Replace("with-ip", string.Create(CultureInfo.InvariantCulture, $"10.{i / 65536}.{i / 256 % 256}.{i % 256}"), StringComparison.Ordinal)));
    }

    private static JsonObject Metadata(this JsonObject pod) => pod["metadata"]!.AsObject();

    private static JsonObject Spec(this JsonObject pod) => pod["spec"]!.AsObject();

    private static JsonObject Status(this JsonObject pod) => pod["status"]!.AsObject();

    private static JsonNode Container(this JsonObject pod) => pod.Status()["containerStatuses"]![0]!;

    private static void SetReady(this JsonObject pod, bool isReady, DateTimeOffset at)
    {
        pod.Container()["ready"] = isReady;
        pod.SetCondition("ContainersReady", isReady, at);
        pod.SetCondition("Ready", isReady, at);
    }

    private static void SetContainer(this JsonObject pod, JsonObject state, bool isReady, int restarts) =>
        pod.Status()["containerStatuses"] = new JsonArray(new JsonObject
        {
            ["name"] = "main",
            ["state"] = state,
            ["lastState"] = new JsonObject(),
            ["ready"] = isReady,
            ["restartCount"] = restarts,
            ["image"] = pod.Spec()["containers"]![0]!["image"]!.DeepClone(),
            ["started"] = state.ContainsKey("running"),
        });

    /// <summary>Sets a condition; its time is that of its last change.</summary>
    private static void SetCondition(this JsonObject pod, string type, bool isTrue, DateTimeOffset at)
    {
        JsonArray conditions = pod.Status()["conditions"]!.AsArray();
        string status = isTrue ? "True" : "False";
        JsonNode? before = conditions.FirstOrDefault(condition => (string?)condition!["type"] == type);
        if ((string?)before?["status"] != status)
        {
            conditions.Remove(before);
            conditions.Add(new JsonObject { ["type"] = type, ["status"] = status, ["lastProbeTime"] = null, ["lastTransitionTime"] = Time(at) });
        }

        pod.Touch(at);
    }

    private static void Touch(this JsonObject pod, DateTimeOffset at) => pod.Metadata()["managedFields"]![1]!["time"] = Time(at);

    private static JsonObject Running(DateTimeOffset at) => new() { ["running"] = new JsonObject { ["startedAt"] = Time(at) } };

    private static JsonObject Terminated(JsonNode container, int exitCode, DateTimeOffset at) => new()
    {
        ["terminated"] = new JsonObject
        {
            ["exitCode"] = exitCode,
            ["reason"] = exitCode == 0 ? "Completed" : "Error",
            ["startedAt"] = container["state"]!["running"]?["startedAt"]?.DeepClone() ?? Time(at),
            ["finishedAt"] = Time(at),
        },
    };

    /// <summary>A time as Kubernetes writes it, in whole seconds.</summary>
    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
