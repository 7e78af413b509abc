using FluentValidation;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of POST /pod/mark_dead.</summary>
internal sealed partial class DeadPodValidator : AbstractValidator<DeadPod>
{
    private readonly PodMetrics metrics;
    private readonly ILogger<DeadPodValidator> logger;

    public DeadPodValidator(PodMetrics metrics, ILogger<DeadPodValidator> logger)
    {
        this.metrics = metrics;
        this.logger = logger;
        RuleFor(dead => dead.PodName).ValidName().WhenBlank(ReportBlankName);
        RuleFor(dead => dead.PodIp).ValidIp().Unless(dead => string.IsNullOrWhiteSpace(dead.PodIp));
    }

    private void ReportBlankName(DeadPod dead)
    {
        metrics.BlankName();
        LogBlankName(LogText.Of(dead.PodIp));
    }

    [LoggerMessage(LogLevel.Warning, "Refused to mark a pod dead without its name, with IP {PodIp}")]
    private partial void LogBlankName(string? podIp);
}
