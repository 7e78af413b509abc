using PodMetadata.Api.Contracts;
using PodMetadata.Domain;

namespace PodMetadata.Api.Errors;

/// <summary>Logs and counts requests whose <c>pod_name</c> is blank. They come from a controller with a defect, and their pod is lost.</summary>
internal sealed partial class BlankNameReport(PodMetrics metrics, ILogger<BlankNameReport> logger)
{
    /// <summary>Reports an argument of an action that was answered with a 400, if its name is blank.</summary>
    public void Inspect(object? argument)
    {
        switch (argument)
        {
            case UpsertPodRequest pod when string.IsNullOrWhiteSpace(pod.PodName):
                metrics.BlankName();
                LogUpsert(LogSanitizer.Sanitize(pod.PodIp), LogSanitizer.Sanitize(pod.PodNamespace));
                break;
            case MarkDeadRequest pod when string.IsNullOrWhiteSpace(pod.PodName):
                metrics.BlankName();
                LogMarkDead(LogSanitizer.Sanitize(pod.PodIp));
                break;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Refused a pod without a name, with IP {PodIp} and namespace {PodNamespace}")]
    private partial void LogUpsert(string? podIp, string? podNamespace);

    [LoggerMessage(LogLevel.Warning, "Refused to mark a pod dead without its name, with IP {PodIp}")]
    private partial void LogMarkDead(string? podIp);
}
