using Microsoft.Extensions.Logging;

namespace PodMetadata.Domain;

/// <summary>Counts and logs the pods that were stored.</summary>
public sealed partial class UpsertReport(NameCollisions collisions, PodMetrics metrics, ILogger<UpsertReport> logger)
{
    /// <summary>Reports a pod, and a live pod of another namespace that it replaced.</summary>
    public void Report(UpsertedPod upserted)
    {
        ArgumentNullException.ThrowIfNull(upserted);
        Pod stored = upserted.Pod;
        metrics.Upserted(upserted.Outcome);
        LogUpserted(LogSanitizer.Sanitize(stored.Name), stored.Ip, stored.IsDead);

        // A null namespace is unknown, and so not a different one.
        if (upserted is { ReplacedLive: true, ReplacedNamespace: { } replaced } && stored.Namespace is { } replacing && replaced != replacing)
        {
            metrics.NameCollision();
            if (collisions.ShouldReport(stored.Name, replaced, replacing))
            {
                LogNameCollision(LogSanitizer.Sanitize(stored.Name), LogSanitizer.Sanitize(replaced), LogSanitizer.Sanitize(replacing));
            }
        }
    }

    [LoggerMessage(LogLevel.Debug, "Stored pod {PodName} with IP {PodIp}, dead: {IsDead}")]
    private partial void LogUpserted(string? podName, string podIp, bool isDead);

    [LoggerMessage(
        LogLevel.Warning,
        "Live pod {PodName} of namespace {ReplacedNamespace} was replaced by one of namespace {PodNamespace}: "
        + "names are the key, so only the one posted last is found by name. Reported once per hour")]
    private partial void LogNameCollision(string? podName, string? replacedNamespace, string? podNamespace);
}
