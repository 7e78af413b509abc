namespace PodMetadata.Infrastructure.Schema;

/// <summary>The cluster whose pods the service watches itself.</summary>
internal sealed class WatchedCluster
{
    /// <summary>The UID of the cluster's namespace <c>kube-system</c>.</summary>
    public required string Uid { get; init; }

    /// <summary>Until when the stored pods are known to be those of the cluster; null before the first list.</summary>
    public DateTime? SeenAt { get; init; }
}
