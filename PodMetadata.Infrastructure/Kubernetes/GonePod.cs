namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>A pod that the cluster no longer has.</summary>
/// <param name="Name">The pod's name.</param>
/// <param name="Namespace">Its namespace; null when it is unknown.</param>
/// <param name="At">When its stay ended, in UTC; null for when it was last known to live.</param>
internal sealed record GonePod(string Name, string? Namespace, DateTime? At);
