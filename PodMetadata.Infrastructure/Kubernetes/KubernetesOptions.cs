namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>The configuration section <c>Kubernetes</c>.</summary>
public sealed class KubernetesOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Kubernetes";

    /// <summary>Whether the service watches the pods of a cluster; false by default.</summary>
    public bool Watch { get; init; }

    /// <summary>The path of a kubeconfig; null for the service account of the pod that the service runs in.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The context of the kubeconfig; null for its current one.</summary>
    public string? Context { get; init; }
}
