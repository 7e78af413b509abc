using FluentValidation;
using FluentValidation.Results;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of POST /pod/mark_dead.</summary>
internal sealed partial class DeadPodValidator : AbstractValidator<DeadPod>
{
    private readonly ILogger<DeadPodValidator> logger;

    public DeadPodValidator(ILogger<DeadPodValidator> logger)
    {
        this.logger = logger;
        RuleFor(dead => dead.PodName).ValidName();
        RuleFor(dead => dead.PodIp).ValidIp().Unless(dead => string.IsNullOrWhiteSpace(dead.PodIp));
    }

    protected override bool PreValidate(ValidationContext<DeadPod> context, ValidationResult result)
    {
        DeadPod dead = context.InstanceToValidate;
        if (string.IsNullOrWhiteSpace(dead.PodName))
        {
            LogBlankName(PodText.Printable(dead.PodIp));
        }

        return true;
    }

    [LoggerMessage(LogLevel.Warning, "Refused to mark a pod dead without its name, with IP {PodIp}")]
    private partial void LogBlankName(string? podIp);
}
