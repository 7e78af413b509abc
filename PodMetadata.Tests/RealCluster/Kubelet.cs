using System.Globalization;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.RealCluster;

/// <summary>Runs pods as the kubelets of a cluster: writes their status, with moments in whole seconds, and keeps the journal.</summary>
internal sealed class Kubelet(ApiServer api, IpPool pool, PodJournal journal)
{
    /// <summary>Creates a pod and runs it.</summary>
    /// <param name="plan">The pod.</param>
    /// <param name="ip">Its IP, which the pool does not have; null for one of the pool.</param>
    public async Task<KubeletPod> RunAsync(PodPlan plan, string? ip = null)
    {
        await api.PostAsync($"/api/v1/namespaces/{plan.Namespace}/pods", plan.Manifest);
        DateTime acceptedAt = DateTime.UtcNow;
        await Task.Delay(Random.Shared.Next(400)); // the sandbox is made
        DateTime from = DateTime.UtcNow;
        KubeletPod pod = new(plan, acceptedAt, new PodStay($"{plan.Namespace}/{plan.Name}", plan.IsOnHostNetwork ? plan.Node.Ip : ip ?? pool.Take(), from));
        journal.Add(pod.Stay);
        if (plan.Node.SaysIpFirst)
        {
            await WriteAsync(pod, "Pending", """{"waiting": {"reason": "ContainerCreating"}}""", isReady: false, """, "conditions": []""");
            await Task.Delay(Random.Shared.Next(800));
        }

        pod.StartedAt = DateTime.UtcNow;
        await WriteAsync(pod, "Running", Running(pod), isReady: true);
        return pod;
    }

    /// <summary>Restarts the pod's container. The pod keeps its IP.</summary>
    public async Task RestartAsync(KubeletPod pod)
    {
        string ended = Terminated(pod, DateTime.UtcNow, code: 137);
        pod.Restarts++;
        pod.Stay.WasRestarted = true;
        await WriteAsync(pod, "Running", ended, isReady: false);
        pod.StartedAt = DateTime.UtcNow;
        await WriteAsync(pod, "Running", Running(pod), isReady: true, lastState: ended);
    }

    /// <summary>Ends the pod's container for good. The pod stays, its IP goes to others.</summary>
    public async Task FinishAsync(KubeletPod pod, bool hasFailed)
    {
        DateTime at = EndNow(pod);
        string phase = hasFailed ? "Failed" : "Succeeded";
        string state = Terminated(pod, at, hasFailed ? 1 : 0);
        if (pod.Plan.Node.ForgetsIps)
        {
            await WriteAsync(pod, phase, state, isReady: false, ip: "null");
        }

        await WriteAsync(pod, phase, state, isReady: false);
    }

    /// <summary>Deletes a pod as a kubelet does: its container ends, the status says so, and the pod is gone.</summary>
    public async Task DeleteAsync(KubeletPod pod)
    {
        if (pod.Stay.To is null)
        {
            await api.DeleteAsync($"{pod.Path}?gracePeriodSeconds=30");
            DateTime at = EndNow(pod);
            await WriteAsync(pod, "Running", Terminated(pod, at, code: 0), isReady: false);
        }

        await api.DeleteAsync($"{pod.Path}?gracePeriodSeconds=0");
        pod.Stay.GoneAt = DateTime.UtcNow;
    }

    /// <summary>Deletes a pod without its kubelet, as when its node is lost.</summary>
    public async Task ForceDeleteAsync(KubeletPod pod)
    {
        pod.Stay.EarliestTo = DateTime.UtcNow;
        await api.DeleteAsync($"{pod.Path}?gracePeriodSeconds=0");
        pod.Stay.To = pod.Stay.GoneAt = DateTime.UtcNow;
        Return(pod);
    }

    /// <summary>Keeps the IP of a pod that is about to end for another one.</summary>
    public static string Keep(KubeletPod pod)
    {
        pod.KeepsIp = true;
        return pod.Stay.Ip;
    }

    private DateTime EndNow(KubeletPod pod)
    {
        DateTime at = DateTime.UtcNow;
        pod.Stay.EarliestTo = pod.Stay.To = at;
        pod.Stay.IsEndWritten = true;
        Return(pod);
        return at;
    }

    private void Return(KubeletPod pod)
    {
        if (!pod.Plan.IsOnHostNetwork && !pod.KeepsIp)
        {
            pool.Return(pod.Stay.Ip);
        }
    }

    private Task<JsonNode> WriteAsync(KubeletPod pod, string phase, string state, bool isReady, string? conditions = null, string lastState = "{}", string? ip = null)
    {
        ip ??= $"\"{pod.Stay.Ip}\"";
        string from = Text(pod.Stay.From);
        string sandbox = pod.Plan.Node.IsNew
            ? $$""", {"type": "PodReadyToStartContainers", {{(phase is "Running" ? $"\"status\": \"True\", \"lastTransitionTime\": \"{from}\"" : $"\"status\": \"False\", \"lastTransitionTime\": \"{Text(DateTime.UtcNow)}\"")}}}"""
            : "";
        conditions ??= $$"""
            , "conditions": [
                {"type": "Initialized", "status": "True", "lastTransitionTime": "{{from}}"},
                {"type": "Ready", "status": "{{(isReady ? "True" : "False")}}", "lastTransitionTime": "{{Text(DateTime.UtcNow)}}"} {{sandbox}}]
            """;
        return api.PatchAsync($"{pod.Path}/status", JsonNode.Parse($$"""
            {
              "status": {
                "phase": "{{phase}}", "hostIP": "{{pod.Plan.Node.Ip}}", "podIP": {{ip}}, "podIPs": {{(ip is "null" ? ip : $$"""[{"ip": {{ip}}}]""")}}, "startTime": "{{Text(pod.AcceptedAt)}}",
                "containerStatuses": [{
                  "name": "app", "ready": {{(isReady ? "true" : "false")}}, "restartCount": {{pod.Restarts}}, "image": "app", "imageID": "sha256:1",
                  "state": {{state}}, "lastState": {{lastState}}
                }]
                {{conditions}}
              }
            }
            """)!);
    }

    private static string Running(KubeletPod pod) => $$$"""{"running": {"startedAt": "{{{Text(pod.StartedAt)}}}"}}""";

    private static string Terminated(KubeletPod pod, DateTime at, int code) =>
        $$$"""{"terminated": {"exitCode": {{{code}}}, "reason": "Ended", "startedAt": "{{{Text(pod.StartedAt)}}}", "finishedAt": "{{{Text(at)}}}"}}""";

    private static string Text(DateTime moment) => moment.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
