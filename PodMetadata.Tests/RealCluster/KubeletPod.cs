namespace PodMetadata.Tests.RealCluster;

/// <summary>A pod that a kubelet runs.</summary>
internal sealed class KubeletPod(PodPlan plan, DateTime acceptedAt, PodStay stay)
{
    public PodPlan Plan { get; } = plan;

    /// <summary>When the kubelet took it, before it got its IP.</summary>
    public DateTime AcceptedAt { get; } = acceptedAt;

    public PodStay Stay { get; } = stay;

    public string Path => $"/api/v1/namespaces/{Plan.Namespace}/pods/{Plan.Name}";

    /// <summary>When its container started last.</summary>
    public DateTime StartedAt { get; set; }

    public int Restarts { get; set; }

    /// <summary>Whether its IP is for another pod, and does not go back to the pool.</summary>
    public bool KeepsIp { get; set; }
}
