using Microsoft.Extensions.Logging;

namespace PodMetadata.Domain;

/// <summary>What can be asked of and told about pods. Shapes, order, nulls and errors are those of <see cref="IPodStore"/>.</summary>
public sealed partial class PodService(IPodStore store, PodMetrics metrics, ILogger<PodService> logger)
{
    /// <summary>Stores a pod in the place of the one with its name: the last write wins, whatever its time stamp.</summary>
    public async Task<Pod> UpsertAsync(Pod pod, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pod);
        UpsertedPod upserted = await store.UpsertAsync(pod, cancellationToken);
        Pod stored = upserted.Pod;
        metrics.Upserted(upserted.Outcome);
        LogUpserted(LogText.Of(stored.Name), stored.Ip, stored.IsDead);

        // Null is a namespace that is not known, not another one.
        if (upserted is { ReplacedLive: true, ReplacedNamespace: { } replaced } && stored.Namespace is { } replacing && replaced != replacing)
        {
            metrics.NameCollision();
            LogNameCollision(LogText.Of(stored.Name), LogText.Of(replaced), LogText.Of(replacing));
        }

        return stored;
    }

    /// <summary>Marks a pod dead. Without an IP, a live pod that was started anew under the same name is hit too, hence the warning.</summary>
    public async Task<int> MarkDeadAsync(string name, string? ip, CancellationToken cancellationToken)
    {
        if (ip is null)
        {
            LogMarkingDeadByNameAlone(LogText.Of(name));
        }

        int matched = await store.MarkDeadAsync(name, ip, cancellationToken);
        metrics.MarkedDead(ip is not null, matched);
        LogMarkedDead(LogText.Of(name), ip, matched);
        return matched;
    }

    /// <summary>The pod of a name, or null.</summary>
    public Task<Pod?> FindByNameAsync(string name, CancellationToken cancellationToken) => store.FindByNameAsync(name, cancellationToken);

    /// <summary>The pod behind an IP in any textual form.</summary>
    /// <param name="ip">The IP.</param>
    /// <param name="at">When; null is now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IpAnswer> FindByIpAsync(string ip, DateTime? at, CancellationToken cancellationToken) =>
        !PodAddress.TryParse(ip, out string? canonical) ? new(IpMatch.Malformed)
        : at is null ? await store.FindByIpAsync(canonical, cancellationToken)
        : (await store.FindByIpsAsync([new(canonical, at)], withManifest: true, cancellationToken))[0];

    /// <summary>The pods behind IPs in any textual form, without their manifests; in the order of the questions.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="last">The last moment of which somebody may know; of a later one nobody is asked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IpAnswer[]> FindByIpsAsync(
        IReadOnlyList<(string? Ip, DateTime? At)> questions, DateTime last, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(questions);
        IpQuestion?[] wellFormed =
            [.. questions.Select(question => PodAddress.TryParse(question.Ip, out string? ip) ? new IpQuestion(ip, question.At) : null)];
        IpQuestion[] distinct = [.. wellFormed.OfType<IpQuestion>().Where(question => question.At is null || question.At <= last).Distinct()];
        IpAnswer[] answers = distinct.Length == 0 ? [] : await store.FindByIpsAsync(distinct, withManifest: false, cancellationToken);
        Dictionary<IpQuestion, IpAnswer> found = distinct.Zip(answers).ToDictionary(pair => pair.First, pair => pair.Second);
        return Array.ConvertAll(
            wellFormed, question => question is null ? new IpAnswer(IpMatch.Malformed) : found.GetValueOrDefault(question, new(IpMatch.Unknown)));
    }

    /// <summary>The leases of an IP in canonical form.</summary>
    public Task<List<PodLease>> ListLeasesAsync(string ip, int limit, LeasePosition? after, CancellationToken cancellationToken) =>
        store.ListLeasesAsync(ip, limit, after, cancellationToken);

    /// <summary>The pods that a query asks for.</summary>
    public IAsyncEnumerable<ListedPod> StreamAsync(PodQuery query) => store.StreamAsync(query);

    [LoggerMessage(LogLevel.Debug, "Stored pod {PodName} with IP {PodIp}, dead: {IsDead}")]
    private partial void LogUpserted(string? podName, string podIp, bool isDead);

    [LoggerMessage(
        LogLevel.Warning,
        "Live pod {PodName} of namespace {ReplacedNamespace} was replaced by one of namespace {PodNamespace}: "
        + "names are the key, so two such pods overwrite each other")]
    private partial void LogNameCollision(string? podName, string? replacedNamespace, string? podNamespace);

    [LoggerMessage(LogLevel.Warning, "Marking pod {PodName} dead by its name alone: without pod_ip, a pod restarted under the same name is marked too")]
    private partial void LogMarkingDeadByNameAlone(string? podName);

    [LoggerMessage(LogLevel.Debug, "Marked pod {PodName} with IP {PodIp} dead: {Matched} matched")]
    private partial void LogMarkedDead(string? podName, string? podIp, int matched);
}
