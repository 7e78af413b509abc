using FluentValidation;
using FluentValidation.Results;
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
        RuleFor(dead => dead.PodName).ValidName();
        RuleFor(dead => dead.PodIp).ValidIp().Unless(dead => string.IsNullOrWhiteSpace(dead.PodIp));
    }

    protected override bool PreValidate(ValidationContext<DeadPod> context, ValidationResult result)
    {
        DeadPod dead = context.InstanceToValidate;
        if (string.IsNullOrWhiteSpace(dead.PodName))
        {
            metrics.BlankName();
            LogBlankName(LogText.Of(dead.PodIp));
        }

        return true;
    }

    [LoggerMessage(LogLevel.Warning, "Refused to mark a pod dead without its name, with IP {PodIp}")]
    private partial void LogBlankName(string? podIp);
}
