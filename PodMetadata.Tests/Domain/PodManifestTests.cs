using System.Text.Json;
using PodMetadata.Domain;
using PodMetadata.Domain.Json;
using PodMetadata.Domain.Kubernetes;

namespace PodMetadata.Tests.Domain;

/// <summary>What a manifest says about a pod: identity, selectors, and the times of its stay.</summary>
public sealed class PodManifestTests
{
    private const string Metadata = """{"name": "web-0", "namespace": "shop", "uid": "u1", "resourceVersion": "7"}""";

    private static readonly DateTime Received = new(2026, 5, 12, 12, 0, 0);

    [TestCase("""{"app.kubernetes.io/name": "a", "app.kubernetes.io/component": "b", "k8s-app": "c", "app": "d"}""", "a")]
    [TestCase("""{"app": "d", "k8s-app": "c", "app.kubernetes.io/component": "b"}""", "b")]
    [TestCase("""{"app": "d", "k8s-app": "c"}""", "c")]
    [TestCase("""{"app": "d", "tier": "x"}""", "d")]
    [TestCase("""{"app.kubernetes.io/name": "", "app": "d"}""", null)]
    [TestCase("""{"tier": "x"}""", "from-owner")]
    [TestCase("{}", "from-owner")]
    public void The_identity_is_the_first_label_that_exists_else_the_owners_name(string labels, string? identity)
    {
        PodManifest pod = Parse($$"""{"metadata": {"name": "web-0", "namespace": "shop", "labels": {{labels}} }, "spec": {"nodeName": "n1"} }""");
        Workload owner = new("from-owner", JsonText.From("""{"app": "d"}"""));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(pod.ToRecord("10.0.0.1", owner, Received).Identity, Is.EqualTo(identity));
            Assert.That(pod.ToRecord("10.0.0.1", owner, Received).SelectorLabels!.ToString(), Is.EqualTo("""{"app": "d"}"""));
        }
    }

    [Test]
    public void A_pod_without_labels_and_owner_has_neither_identity_nor_selectors()
    {
        Pod record = Parse($$"""{"metadata": {{Metadata}}, "spec": {"nodeName": "n1"} }""").ToRecord("10.0.0.1", null, Received);
        Assert.That((record.Identity, record.SelectorLabels, record.TimeStamp, record.IsDead), Is.EqualTo(((string?)null, (JsonText?)null, Received, false)));
    }

    [TestCase("2026-05-12T12:00:07Z", 7)]
    [TestCase("2026-05-12T11:59:00Z", 0)]
    public void A_stay_whose_beginning_is_not_known_began_after_the_kubelet_took_the_pod(string startTime, int second)
    {
        PodManifest pod = Parse($$"""{"metadata": {{Metadata}}, "spec": {"nodeName": "n1"}, "status": {"phase": "Pending", "startTime": "{{startTime}}"} }""");
        Assert.That(pod.ToRecord("10.0.0.1", null, Received).TimeStamp, Is.EqualTo(Received.AddSeconds(second)));
    }

    [TestCase("apps/v1", "ReplicaSet", true)]
    [TestCase("apps/v1beta2", "StatefulSet", true)]
    [TestCase("extensions/v1beta1", "DaemonSet", true)]
    [TestCase("apps/v1", "Deployment", true)]
    [TestCase("batch/v1", "Job", false)]
    [TestCase("argoproj.io/v1alpha1", "ReplicaSet", false)]
    [TestCase("v1", "Node", false)]
    public void Workloads_of_the_group_apps_are_owners(string apiVersion, string kind, bool isOwner)
    {
        PodManifest pod = Parse($$"""
            {"metadata": {"name": "web-0", "namespace": "shop", "ownerReferences": [{"apiVersion": "{{apiVersion}}", "kind": "{{kind}}", "name": "web", "uid": "u9"}]} }
            """);
        Assert.That(pod.Owners, Is.EqualTo(isOwner ? [new WorkloadReference(kind, "web", "u9")] : Array.Empty<WorkloadReference>()));
    }

    [TestCase("""{"matchLabels": {"b": "2", "a": "1"}, "matchExpressions": [{"key": "c", "operator": "Exists"}]}""", """{"a": "1", "b": "2"}""")]
    [TestCase("""{"matchExpressions": [{"key": "c", "operator": "Exists"}]}""", null)]
    [TestCase("""{"matchLabels": {}}""", null)]
    [TestCase("null", null)]
    public void A_workloads_selectors_are_its_match_labels_alone(string selector, string? labels)
    {
        using JsonDocument manifest = JsonDocument.Parse($$"""{"metadata": {"name": "web"}, "spec": {"selector": {{selector}} } }""");
        Workload workload = Workload.Of(manifest.RootElement);
        Assert.That((workload.Name, workload.SelectorLabels?.ToString()), Is.EqualTo(("web", labels)));
    }

    // condition at, init started, started, second started -> the stay's beginning
    [TestCase("""{"conditions": [{"type": "PodReadyToStartContainers", "status": "True", "lastTransitionTime": "2026-05-12T10:00:00Z"}], "containerStatuses": [{"state": {"running": {"startedAt": "2026-05-12T10:00:03Z"}}}]}""", "10:00:00")]
    [TestCase("""{"conditions": [{"type": "PodReadyToStartContainers", "status": "False", "lastTransitionTime": "2026-05-12T11:00:00Z"}], "containerStatuses": [{"state": {"running": {"startedAt": "2026-05-12T10:00:03Z"}}}]}""", "10:00:03")]
    [TestCase("""{"containerStatuses": [{"state": {"running": {"startedAt": "2026-05-12T10:00:09Z"}}}, {"state": {"running": {"startedAt": "2026-05-12T10:00:03Z"}}}]}""", "10:00:03")]
    [TestCase("""{"initContainerStatuses": [{"state": {"terminated": {"startedAt": "2026-05-12T10:00:01Z", "finishedAt": "2026-05-12T10:00:02Z"}}}], "containerStatuses": [{"state": {"running": {"startedAt": "2026-05-12T10:00:03Z"}}}]}""", "10:00:01")]
    [TestCase("""{"containerStatuses": [{"state": {"waiting": {"reason": "ContainerCreating"}}}]}""", "12:00:00")]
    [TestCase("{}", "12:00:00")]
    public void A_stay_begins_with_the_sandbox_else_with_the_first_container_else_with_the_receipt(string status, string began)
    {
        PodManifest pod = Parse($$"""{"metadata": {{Metadata}}, "spec": {"nodeName": "n1"}, "status": {{status}} }""");
        Assert.That($"{pod.ToRecord("10.0.0.1", null, Received).TimeStamp:HH:mm:ss}", Is.EqualTo(began));
    }

    [TestCase("10:00:00", "10:05:00", "10:06:00", "10:06:00")]
    [TestCase("10:00:00", "10:00:00", "10:00:00", "10:00:01", Description = "a stay is never empty")]
    public void A_finished_pod_ended_with_its_last_container(string started, string one, string other, string ended)
    {
        string Ended(string at) => $$"""{"state": {"terminated": {"startedAt": "2026-05-12T{{started}}Z", "finishedAt": "2026-05-12T{{at}}Z"} } }""";
        PodManifest pod = Parse($$"""
            {"metadata": {{Metadata}}, "spec": {"nodeName": "n1"}, "status": {"phase": "Succeeded", "podIP": "10.0.0.1", "containerStatuses": [{{Ended(one)}}, {{Ended(other)}}]} }
            """);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(pod.IsFinished);
            Assert.That($"{pod.StartedAt:HH:mm:ss} {pod.FinishedAt:HH:mm:ss} {pod.StateSince:HH:mm:ss}", Is.EqualTo($"{started} {ended} {ended}"));
        }
    }

    [Test]
    public void A_pod_of_which_a_container_still_runs_has_not_ended()
    {
        PodManifest pod = Parse($$"""
            {"metadata": {{Metadata}}, "status": {"phase": "Running", "containerStatuses": [
                {"state": {"terminated": {"startedAt": "2026-05-12T10:00:00Z", "finishedAt": "2026-05-12T10:01:00Z"} } },
                {"state": {"running": {"startedAt": "2026-05-12T10:00:00Z"} } }]} }
            """);
        Assert.That(pod.FinishedAt, Is.Null);
    }

    [TestCase("""{"terminated": {"startedAt": "2026-05-12T10:00:00Z", "finishedAt": "2026-05-12T10:08:00Z"}}""", "10:08:00")]
    [TestCase("""{"terminated": {"startedAt": "2026-05-12T10:00:00Z", "finishedAt": "2026-05-12T10:02:00Z"}}""", "10:05:00")]
    [TestCase("""{"running": {"startedAt": "2026-05-12T10:00:00Z"}}""", "")]
    [TestCase("""{"waiting": {"reason": "CrashLoopBackOff"}}""", "")]
    public void A_sidecar_is_a_container_whose_end_counts_and_another_init_container_is_not(string sidecar, string ended)
    {
        PodManifest pod = Parse($$"""
            {"metadata": {{Metadata}},
             "spec": {"initContainers": [{"name": "proxy", "restartPolicy": "Always"}, {"name": "setup"}]},
             "status": {"phase": "Running",
                "initContainerStatuses": [
                    {"name": "proxy", "state": {{sidecar}} }, {"name": "setup", "state": {"terminated": {"finishedAt": "2026-05-12T10:09:00Z"} } }],
                "containerStatuses": [{"name": "main", "state": {"terminated": {"startedAt": "2026-05-12T10:00:00Z", "finishedAt": "2026-05-12T10:05:00Z"} } }]} }
            """);
        Assert.That($"{pod.FinishedAt:HH:mm:ss}", Is.EqualTo(ended));
    }

    // phase, end of the container, when it has to be gone, grace period -> end of the stay
    [TestCase("Running", "10:01:00", "10:07:30", 30, "10:07:00", Description = "it had crashed, and waited to be started again")]
    [TestCase("Running", "10:01:00", "10:07:30", 0, "10:07:30")]
    [TestCase("Running", "10:07:12", "10:07:30", 30, "10:07:12")]
    [TestCase("Failed", "10:01:00", "10:07:30", 30, "10:01:00")]
    [TestCase("Succeeded", "10:01:00", "10:07:30", 30, "10:01:00")]
    public void A_pod_held_its_ip_at_least_until_its_deletion_was_requested_unless_it_was_finished(string phase, string ended, string deletion, int grace, string until)
    {
        PodManifest pod = Parse($$"""
            {"metadata": {"name": "web-0", "namespace": "shop", "deletionTimestamp": "2026-05-12T{{deletion}}Z", "deletionGracePeriodSeconds": {{grace}} },
             "status": {"phase": "{{phase}}", "containerStatuses": [{"state": {"terminated": {"startedAt": "2026-05-12T10:00:00Z", "finishedAt": "2026-05-12T{{ended}}Z"} } }]} }
            """);
        Assert.That($"{pod.FinishedAt:HH:mm:ss}", Is.EqualTo(until));
    }

    [TestCase("TerminationByKubelet", "10:01:00", "10:04:00", Description = "its container had crashed, and waited to be started again")]
    [TestCase("TerminationByKubelet", "10:04:20", "10:04:20")]
    [TestCase("DeletionByTaintManager", "10:01:00", "10:01:00", Description = "it may have finished long before")]
    public void A_pod_that_the_kubelet_evicted_held_its_ip_until_then_at_least(string reason, string ended, string until)
    {
        PodManifest pod = Parse($$"""
            {"metadata": {{Metadata}},
             "status": {"phase": "Failed", "conditions": [{"type": "DisruptionTarget", "status": "True", "reason": "{{reason}}", "lastTransitionTime": "2026-05-12T10:04:00Z"}],
                "containerStatuses": [{"state": {"terminated": {"startedAt": "2026-05-12T10:00:00Z", "finishedAt": "2026-05-12T{{ended}}Z"} } }]} }
            """);
        Assert.That($"{pod.FinishedAt:HH:mm:ss}", Is.EqualTo(until));
    }

    [Test]
    public void A_pod_that_failed_without_containers_ended_when_it_was_no_longer_ready()
    {
        PodManifest pod = Parse($$"""
            {"metadata": {{Metadata}}, "status": {"phase": "Failed", "reason": "Evicted", "conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": "2026-05-12T10:07:00Z"}]} }
            """);
        Assert.That($"{pod.StateSince:HH:mm:ss}", Is.EqualTo("10:07:00"));
    }

    [TestCase("0001-01-01T00:00:00Z")]
    [TestCase("9999-12-31T23:59:59Z")]
    public void Moments_at_the_ends_of_time_are_none(string moment)
    {
        PodManifest pod = Parse($$"""
            {"metadata": {"name": "web-0", "namespace": "shop", "deletionTimestamp": "{{moment}}", "deletionGracePeriodSeconds": 30},
             "status": {"phase": "Running", "containerStatuses": [{"state": {"terminated": {"startedAt": "{{moment}}", "finishedAt": "{{moment}}"} } }]} }
            """);
        Assert.That((pod.DeletionRequestedAt, pod.StartedAt, pod.FinishedAt), Is.EqualTo(((DateTime?)null, (DateTime?)null, (DateTime?)null)));
    }

    [TestCase("""{"metadata": {"namespace": "shop"}}""")]
    [TestCase("""{"metadata": {"name": "web-0"}}""")]
    [TestCase("[]")]
    public void What_is_no_pod_is_refused(string json) => Assert.That(() => Parse(json), Throws.InstanceOf<JsonException>());

    private static PodManifest Parse(string json) => PodManifest.Parse(JsonText.From(json));
}
