using Microsoft.Extensions.Logging;

namespace PodMetadata.Domain;

/// <summary>What can be asked of and told about pods. Shapes, order, nulls and errors are those of <see cref="IPodStore"/>.</summary>
public sealed partial class PodService(IPodStore store, ILogger<PodService> logger)
{
    /// <summary>Stores a pod in the place of the one with its name: the last write wins, whatever its time stamp.</summary>
    public async Task<Pod> UpsertAsync(Pod pod, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pod);
        Pod stored = await store.UpsertAsync(pod, cancellationToken);
        LogUpserted(PodText.Printable(stored.Name)!, stored.Ip, stored.IsDead);
        return stored;
    }

    /// <summary>Marks a pod dead. Without an IP, a live pod that was started anew under the same name is hit too, hence the warning.</summary>
    public async Task<int> MarkDeadAsync(string name, string? ip, CancellationToken cancellationToken)
    {
        if (ip is null)
        {
            LogMarkingDeadByNameAlone(PodText.Printable(name)!);
        }

        int matched = await store.MarkDeadAsync(name, ip, cancellationToken);
        LogMarkedDead(PodText.Printable(name)!, ip, matched);
        return matched;
    }

    /// <summary>The pod of a name, or null.</summary>
    public Task<Pod?> FindByNameAsync(string name, CancellationToken cancellationToken) => store.FindByNameAsync(name, cancellationToken);

    /// <summary>The pod behind an IP in any textual form, or null when there is none or the text is no IP.</summary>
    public async Task<Pod?> FindByIpAsync(string ip, CancellationToken cancellationToken) =>
        PodAddress.TryParse(ip, out string? canonical) ? await store.FindByIpAsync(canonical, cancellationToken) : null;

    /// <summary>All pods.</summary>
    public IAsyncEnumerable<Pod> StreamAllAsync() => store.StreamAllAsync();

    /// <summary>The live pods of a node.</summary>
    public IAsyncEnumerable<Pod> StreamLiveByNodeAsync(string nodeName) => store.StreamLiveByNodeAsync(nodeName);

    [LoggerMessage(LogLevel.Debug, "Stored pod {PodName} with IP {PodIp}, dead: {IsDead}")]
    private partial void LogUpserted(string podName, string podIp, bool isDead);

    [LoggerMessage(LogLevel.Warning, "Marking pod {PodName} dead by its name alone: without pod_ip, a pod restarted under the same name is marked too")]
    private partial void LogMarkingDeadByNameAlone(string podName);

    [LoggerMessage(LogLevel.Debug, "Marked pod {PodName} with IP {PodIp} dead: {Matched} matched")]
    private partial void LogMarkedDead(string podName, string? podIp, int matched);
}
