using Microsoft.Extensions.Logging;

namespace PodMetadata.Domain;

/// <summary>The operations on pods. Shapes, order, nulls and errors are those of <see cref="IPodStore"/>.</summary>
public sealed partial class PodService(IPodStore store, KnownPeriod period, UpsertReport report, PodMetrics metrics, ILogger<PodService> logger)
{
    /// <summary>Stores a pod in place of the one of the same name: the last write wins, whatever its time stamp.</summary>
    public async Task<Pod> UpsertAsync(Pod pod, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pod);
        UpsertedPod upserted = await store.UpsertAsync(pod, cancellationToken);
        report.Report(upserted);
        return upserted.Pod;
    }

    /// <summary>Marks a pod dead. Without an IP this also hits a live pod that was restarted under the same name, so it is logged as a
    /// warning.</summary>
    public async Task<int> MarkDeadAsync(string name, string? ip, CancellationToken cancellationToken)
    {
        if (ip is null)
        {
            LogMarkingDeadByNameAlone(LogSanitizer.Sanitize(name));
        }

        int matched = await store.MarkDeadAsync(name, ip, cancellationToken);
        metrics.MarkedDead(ip is not null, matched);
        LogMarkedDead(LogSanitizer.Sanitize(name), ip, matched);
        return matched;
    }

    /// <summary>The pod of a name, or null.</summary>
    public Task<Pod?> FindByNameAsync(string name, CancellationToken cancellationToken) => store.FindByNameAsync(name, cancellationToken);

    /// <summary>The pod behind an IP.</summary>
    /// <param name="ip">The IP in any textual form.</param>
    /// <param name="at">The moment in UTC; null is now.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task<IpAnswer> FindByIpAsync(string ip, DateTime? at, CancellationToken cancellationToken) =>
        !PodAddress.TryParse(ip, out string? canonical) ? new(IpMatch.Malformed)
        : period.Outside(at) is { } match ? new(match)
        : at is null ? await store.FindByIpAsync(canonical, cancellationToken)
        : (await store.FindByIpsAsync([new(canonical, at)], withManifest: true, cancellationToken))[0];

    /// <summary>The pods behind several IPs, without their manifests, in the order of the questions.</summary>
    /// <param name="questions">The IPs in any textual form, and moments in UTC; null is now.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task<IpAnswer[]> FindByIpsAsync(IReadOnlyList<(string? Ip, DateTime? At)> questions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(questions);
        Dictionary<IpQuestion, IpAnswer?> answers = [];
        IpQuestion?[] wellFormed = new IpQuestion?[questions.Count];
        for (int i = 0; i < wellFormed.Length; i++)
        {
            if (PodAddress.TryParse(questions[i].Ip, out string? ip))
            {
                IpQuestion question = wellFormed[i] = new(ip, questions[i].At);
                answers.TryAdd(question, period.Outside(question.At) is { } match ? new IpAnswer(match) : null);
            }
        }

        IpQuestion[] asked = [.. answers.Where(answer => answer.Value is null).Select(answer => answer.Key)];
        IpAnswer[] found = asked.Length == 0 ? [] : await store.FindByIpsAsync(asked, withManifest: false, cancellationToken);
        foreach ((IpQuestion question, IpAnswer answer) in asked.Zip(found))
        {
            answers[question] = answer;
        }

        return Array.ConvertAll(wellFormed, question => question is null ? new IpAnswer(IpMatch.Malformed) : answers[question]!);
    }

    /// <summary>The leases of an IP in canonical form.</summary>
    public Task<List<PodLease>> ListLeasesAsync(string ip, int limit, LeasePosition? after, CancellationToken cancellationToken) =>
        store.ListLeasesAsync(ip, limit, after, cancellationToken);

    /// <summary>A page of the pods that match a query. The caller disposes it.</summary>
    public Task<PodPage> ListAsync(PodQuery query, CancellationToken cancellationToken) => store.ListAsync(query, cancellationToken);

    [LoggerMessage(LogLevel.Warning, "Marking pod {PodName} dead by its name alone: without pod_ip, a pod restarted under the same name is marked too")]
    private partial void LogMarkingDeadByNameAlone(string? podName);

    [LoggerMessage(LogLevel.Debug, "Marked pod {PodName} with IP {PodIp} dead: {Matched} matched")]
    private partial void LogMarkedDead(string? podName, string? podIp, int matched);
}
