using FluentValidation;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of POST /pod/spec.</summary>
internal sealed partial class PodSpecValidator : AbstractValidator<PodSpec>
{
    private readonly PodMetrics metrics;
    private readonly ILogger<PodSpecValidator> logger;

    public PodSpecValidator(PodMetrics metrics, ILogger<PodSpecValidator> logger)
    {
        this.metrics = metrics;
        this.logger = logger;
        RuleFor(spec => spec.PodName).ValidName().WhenBlank(ReportBlankName);
        RuleFor(spec => spec.PodNamespace).ValidNamespace();
        RuleFor(spec => spec.PodIp).ValidIp();
        RuleFor(spec => spec.NodeName).ValidName();
        RuleFor(spec => spec.PodIdentity).ValidIdentity();
        RuleFor(spec => spec.WorkloadSelectorLabels).ValidStringMap();
        RuleFor(spec => spec.PodObj).ValidJson();
        RuleFor(spec => spec.TimeStamp).ValidTime();
    }

    private void ReportBlankName(PodSpec spec)
    {
        metrics.BlankName();
        LogBlankName(LogText.Of(spec.PodIp), LogText.Of(spec.PodNamespace));
    }

    [LoggerMessage(LogLevel.Warning, "Refused a pod without a name, with IP {PodIp} and namespace {PodNamespace}")]
    private partial void LogBlankName(string? podIp, string? podNamespace);
}
