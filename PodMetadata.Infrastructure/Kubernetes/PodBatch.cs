using PodMetadata.Domain.Kubernetes;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Pods that are written together. Their names are different, so that what happens to one name keeps its order.</summary>
internal sealed class PodBatch
{
    private const int MaxPods = 200;
    private const int MaxBytes = 1024 * 1024;

    private readonly HashSet<string> names = [];
    private int bytes;

    /// <summary>The pods to store.</summary>
    public List<ObservedPod> Pods { get; } = [];

    /// <summary>The pods that are gone.</summary>
    public List<GonePod> Gone { get; } = [];

    /// <summary>Whether a pod can be added.</summary>
    public bool HasRoomFor(PodManifest pod) => names.Count < MaxPods && bytes < MaxBytes && !names.Contains(pod.Name);

    /// <summary>Adds a pod to store.</summary>
    public void Add(ObservedPod pod)
    {
        names.Add(pod.Manifest.Name);
        bytes += pod.Manifest.Json.Utf8.Length;
        Pods.Add(pod);
    }

    /// <summary>Adds a pod that is gone.</summary>
    public void Add(GonePod pod)
    {
        names.Add(pod.Name);
        Gone.Add(pod);
    }

    /// <summary>Removes all pods.</summary>
    public void Clear()
    {
        names.Clear();
        bytes = 0;
        Pods.Clear();
        Gone.Clear();
    }
}
