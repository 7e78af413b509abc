namespace PodMetadata.Domain;

/// <summary>The storage of pods and of the leases of their IPs. Names, IPs and nodes are compared exactly; IPs are in canonical form
/// (see <see cref="PodAddress"/>).</summary>
/// <remarks>Every member throws <see cref="PodStoreUnavailableException"/> when the database cannot answer in time,
/// <see cref="ValueRefusedException"/> when it cannot hold a value, and <see cref="OperationCanceledException"/> when the caller cancels.</remarks>
public interface IPodStore
{
    /// <summary>Replaces the pod of the same name as a whole, or inserts the pod. The write is atomic, and durable on return.</summary>
    Task<UpsertedPod> UpsertAsync(Pod pod, CancellationToken cancellationToken);

    /// <summary>Marks the pod of a name dead and ends the lease of its IP. The pod stays stored.</summary>
    /// <param name="name">The pod's name.</param>
    /// <param name="ip">The pod must also have this IP; null matches by name alone.</param>
    /// <param name="cancellationToken">Cancels the wait, not the write.</param>
    /// <returns>How many pods matched, dead ones included: 1 or 0.</returns>
    Task<int> MarkDeadAsync(string name, string? ip, CancellationToken cancellationToken);

    /// <summary>The pod of a name, or null.</summary>
    Task<Pod?> FindByNameAsync(string name, CancellationToken cancellationToken);

    /// <summary>The pod that an IP most likely belongs to now. Of several pods, one that still holds its IP comes before one that is dead or
    /// whose manifest says <c>Succeeded</c> or <c>Failed</c>, then one with its own network before one on the host network, then the newest
    /// time stamp, then the first name, then the first namespace.</summary>
    Task<IpAnswer> FindByIpAsync(string ip, CancellationToken cancellationToken);

    /// <summary>Answers several questions, in their order. Of several pods that held an IP at a moment, one with its own network comes before
    /// one on the host network, then the one whose lease began last. A pod of the past is as it was when its lease began, which is its time
    /// stamp; it is dead if the lease has ended.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="withManifest">Whether to read the manifests; else they are null. A pod of the past has a manifest only if the stored pod
    /// is the same one.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task<IpAnswer[]> FindByIpsAsync(IReadOnlyList<IpQuestion> questions, bool withManifest, CancellationToken cancellationToken);

    /// <summary>The leases of an IP, newest first. Empty when nobody held it.</summary>
    /// <param name="ip">The IP.</param>
    /// <param name="limit">The maximum number of leases.</param>
    /// <param name="after">Skips the leases up to this position; null starts with the newest.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task<List<PodLease>> ListLeasesAsync(string ip, int limit, LeasePosition? after, CancellationToken cancellationToken);

    /// <summary>A page of the pods that match a query, ordered by namespace (null last) and name, by code point. Returns when the first pod
    /// has arrived; the pods are streamed, not held in memory. The caller disposes the page.</summary>
    Task<PodPage> ListAsync(PodQuery query, CancellationToken cancellationToken);

    /// <summary>The number of pods. It scans two indexes: not for every request.</summary>
    Task<PodCount> CountAsync(CancellationToken cancellationToken);
}
