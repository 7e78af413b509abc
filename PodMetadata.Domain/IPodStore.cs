namespace PodMetadata.Domain;

/// <summary>Where pods are kept. Every name, IP and node is compared exactly, and IPs are in canonical form (see <see cref="PodAddress"/>).</summary>
/// <remarks>Every member throws what the database's driver throws when the database cannot answer, and
/// <see cref="OperationCanceledException"/> when it was cancelled.</remarks>
public interface IPodStore
{
    /// <summary>Puts a pod in the place of the one with its name, whole, or adds it; atomic, and durable when it returns.</summary>
    Task<UpsertedPod> UpsertAsync(Pod pod, CancellationToken cancellationToken);

    /// <summary>Marks the pod of a name dead; it stays stored. The lease of its IP ends.</summary>
    /// <param name="name">The pod's name.</param>
    /// <param name="ip">With an IP, only a pod that also has this IP is meant; with null, the name alone counts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many pods matched, dead ones included: 1 or 0.</returns>
    Task<int> MarkDeadAsync(string name, string? ip, CancellationToken cancellationToken);

    /// <summary>The pod of a name, or null.</summary>
    Task<Pod?> FindByNameAsync(string name, CancellationToken cancellationToken);

    /// <summary>The pod that an IP most likely stands for now. Of several, a pod that still has its IP comes before one that is dead or
    /// whose manifest says <c>Succeeded</c> or <c>Failed</c>, then one with a network of its own before one on its node's, then the newest
    /// time stamp, then the first name.</summary>
    Task<IpAnswer> FindByIpAsync(string ip, CancellationToken cancellationToken);

    /// <summary>The answers to some questions, in their order. Of several pods that had an IP at a moment, one with a network of its own
    /// comes before one on its node's, then the one that had it last. A pod of the past is as it was when its lease began, which is its time
    /// stamp, and dead if its lease has ended.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="withManifest">Whether the manifests are wanted; else they are null. Of the past there is one if the stored pod is that
    /// very one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IpAnswer[]> FindByIpsAsync(IReadOnlyList<IpQuestion> questions, bool withManifest, CancellationToken cancellationToken);

    /// <summary>The leases of an IP, newest first.</summary>
    /// <param name="ip">The IP.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="after">Those behind this place; null is all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<List<PodLease>> ListLeasesAsync(string ip, int limit, LeasePosition? after, CancellationToken cancellationToken);

    /// <summary>The pods that a query asks for, ordered by namespace (null last) and name, by code point, as the database gives them: not held
    /// in memory. The enumerator takes the cancellation token.</summary>
    IAsyncEnumerable<ListedPod> StreamAsync(PodQuery query);

    /// <summary>How many pods there are. It reads all of an index: not for every request.</summary>
    Task<PodCount> CountAsync(CancellationToken cancellationToken);
}
