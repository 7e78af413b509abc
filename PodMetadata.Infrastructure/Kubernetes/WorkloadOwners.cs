using System.Net;
using System.Text.Json;
using PodMetadata.Domain.Json;
using PodMetadata.Domain.Kubernetes;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>The workloads that own pods: a ReplicaSet's Deployment, or the StatefulSet, DaemonSet or Deployment itself. Each owner is asked for once.</summary>
/// <remarks>What is known is kept in two generations of a fixed size, so that memory does not grow with the cluster.</remarks>
internal sealed class WorkloadOwners(KubernetesApi api, ApiRetries retries)
{
    private const int MaxConcurrency = 8;
    private const int GenerationSize = 4096;

    private Dictionary<string, Workload?> young = [];
    private Dictionary<string, Workload?> old = [];

    /// <summary>The workload of each pod, in their order; null for a pod without one.</summary>
    public async Task<Workload?[]> FindAsync(IReadOnlyList<PodManifest> pods, CancellationToken cancellationToken)
    {
        Dictionary<string, (WorkloadReference Owner, string Namespace)> unknown = [];
        foreach (PodManifest pod in pods)
        {
            foreach (WorkloadReference owner in pod.Owners.Where(owner => !TryRecall(owner.Uid, out _)))
            {
                unknown.TryAdd(owner.Uid, (owner, pod.Namespace));
            }
        }

        Dictionary<string, Workload?> found = [];
        await Parallel.ForEachAsync(
            unknown.Values,
            new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrency, CancellationToken = cancellationToken },
            async (asked, stopping) =>
            {
                Workload? workload = await FindAsync(asked.Owner, asked.Namespace, stopping);
                lock (found)
                {
                    found.Add(asked.Owner.Uid, workload);
                }
            });
        Workload?[] workloads = [.. pods.Select(pod => pod.Owners
            .Select(owner => found.TryGetValue(owner.Uid, out Workload? workload) || TryRecall(owner.Uid, out workload) ? workload : null)
            .FirstOrDefault(workload => workload is not null))];
        Remember(found);
        return workloads;
    }

    private bool TryRecall(string uid, out Workload? workload) => young.TryGetValue(uid, out workload) || old.TryGetValue(uid, out workload);

    private void Remember(Dictionary<string, Workload?> found)
    {
        if (young.Count + found.Count > GenerationSize)
        {
            (old, young) = (young, []);
        }

        foreach ((string uid, Workload? workload) in found)
        {
            young[uid] = workload;
        }
    }

    private async Task<Workload?> FindAsync(WorkloadReference owner, string workloadNamespace, CancellationToken cancellationToken)
    {
        JsonElement manifest = await GetAsync(owner, workloadNamespace, cancellationToken);
        if (owner.Kind != WorkloadReference.ReplicaSet)
        {
            return manifest.ValueKind == JsonValueKind.Undefined ? null : Workload.Of(manifest);
        }

        foreach (WorkloadReference deployment in WorkloadReference.OwnersOf(manifest.At("metadata")).Where(above => above.Kind == WorkloadReference.Deployment))
        {
            JsonElement above = await GetAsync(deployment, workloadNamespace, cancellationToken);
            if (above.ValueKind != JsonValueKind.Undefined && Workload.Of(above) is { SelectorLabels: not null } workload)
            {
                return workload;
            }
        }

        return null;
    }

    /// <summary>The workload's manifest; undefined when it is gone, or another one has its name.</summary>
    private async Task<JsonElement> GetAsync(WorkloadReference workload, string workloadNamespace, CancellationToken cancellationToken)
    {
        try
        {
            JsonElement manifest = await retries.RunAsync(
                () => api.GetObjectAsync(ApiRequest.GetWorkload(workload.Kind, workloadNamespace, workload.Name), cancellationToken),
                (exception, _) => exception is KubernetesApiException { Status: HttpStatusCode.NotFound },
                cancellationToken);
            return manifest.At("metadata", "uid").Text() == workload.Uid ? manifest : default;
        }
        catch (KubernetesApiException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return default;
        }
    }
}
