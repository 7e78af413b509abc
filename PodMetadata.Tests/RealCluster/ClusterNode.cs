namespace PodMetadata.Tests.RealCluster;

/// <summary>A node, whose kubelet is of an older or a newer Kubernetes.</summary>
/// <param name="Number">From 0.</param>
internal sealed record ClusterNode(int Number)
{
    public string Name => $"churn-{Number}";

    public string Ip => $"192.0.2.{Number + 1}";

    /// <summary>Whether its pods have the condition PodReadyToStartContainers.</summary>
    public bool IsNew => Number % 2 == 0;

    /// <summary>Whether it says of a finished pod first that it has no IP, as Kubernetes 1.27 to 1.30.</summary>
    public bool ForgetsIps => Number % 3 == 0;

    /// <summary>Whether it says the IP before the containers have started.</summary>
    public bool SaysIpFirst => Number % 4 != 3;
}
