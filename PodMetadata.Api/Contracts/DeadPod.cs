namespace PodMetadata.Api.Contracts;

/// <summary>A pod that has left its node.</summary>
public sealed record DeadPod
{
    /// <summary>The pod's name.</summary>
    public string? PodName { get; init; }

    /// <summary>The IP the pod had. With it, a pod restarted under the same name with another IP stays alive; without it (or blank), the
    /// name alone counts.</summary>
    public string? PodIp { get; init; }
}
