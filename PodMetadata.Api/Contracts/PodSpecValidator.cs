using FluentValidation;
using FluentValidation.Results;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of POST /pod/spec.</summary>
internal sealed partial class PodSpecValidator : AbstractValidator<PodSpec>
{
    private readonly ILogger<PodSpecValidator> logger;

    public PodSpecValidator(ILogger<PodSpecValidator> logger)
    {
        this.logger = logger;
        RuleFor(spec => spec.PodName).ValidName();
        RuleFor(spec => spec.PodNamespace).ValidText(PodText.MaxNamespaceLength);
        RuleFor(spec => spec.PodIp).ValidIp();
        RuleFor(spec => spec.NodeName).ValidName();
        RuleFor(spec => spec.PodIdentity).ValidText(PodText.MaxIdentityLength);
        RuleFor(spec => spec.WorkloadSelectorLabels).ValidStringMap();
        RuleFor(spec => spec.PodObj).ValidJson();
        RuleFor(spec => spec.TimeStamp).ValidTime();
    }

    protected override bool PreValidate(ValidationContext<PodSpec> context, ValidationResult result)
    {
        PodSpec spec = context.InstanceToValidate;
        if (string.IsNullOrWhiteSpace(spec.PodName))
        {
            LogBlankName(PodText.Printable(spec.PodIp), PodText.Printable(spec.PodNamespace));
        }

        return true;
    }

    [LoggerMessage(LogLevel.Warning, "Refused a pod without a name, with IP {PodIp} and namespace {PodNamespace}")]
    private partial void LogBlankName(string? podIp, string? podNamespace);
}
