namespace PodMetadata.Domain;

/// <summary>Where pods are kept. Every name, IP and node is compared exactly, and IPs are in canonical form (see <see cref="PodAddress"/>).</summary>
/// <remarks>Every member throws what the database's driver throws when the database cannot answer, and
/// <see cref="OperationCanceledException"/> when it was cancelled.</remarks>
public interface IPodStore
{
    /// <summary>Puts a pod in the place of the one with its name, whole, or adds it; atomic, and durable when it returns.</summary>
    Task<UpsertedPod> UpsertAsync(Pod pod, CancellationToken cancellationToken);

    /// <summary>Marks the pod of a name dead; it stays stored.</summary>
    /// <param name="name">The pod's name.</param>
    /// <param name="ip">With an IP, only a pod that also has this IP is meant; with null, the name alone counts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many pods matched, dead ones included: 1 or 0.</returns>
    Task<int> MarkDeadAsync(string name, string? ip, CancellationToken cancellationToken);

    /// <summary>The pod of a name, or null.</summary>
    Task<Pod?> FindByNameAsync(string name, CancellationToken cancellationToken);

    /// <summary>The pod that an IP most likely stands for, or null when no pod has it. Of several, a pod that still has its IP comes
    /// before one that is dead or whose manifest says <c>Succeeded</c> or <c>Failed</c>, then one with a network of its own before one on
    /// its node's, then the newest time stamp, then the first name.</summary>
    Task<Pod?> FindByIpAsync(string ip, CancellationToken cancellationToken);

    /// <summary>All pods, ordered by namespace (null last) and name, by code point, as the database gives them: not held in memory.
    /// The enumerator takes the cancellation token.</summary>
    IAsyncEnumerable<Pod> StreamAllAsync();

    /// <summary>The live pods of a node, in the order of <see cref="StreamAllAsync"/>; none when the node is not known.</summary>
    IAsyncEnumerable<Pod> StreamLiveByNodeAsync(string nodeName);

    /// <summary>How many pods there are. It reads all of an index: not for every request.</summary>
    Task<PodCount> CountAsync(CancellationToken cancellationToken);
}
