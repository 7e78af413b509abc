using FluentValidation;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of POST /pod/spec.</summary>
internal sealed class UpsertPodRequestValidator : AbstractValidator<UpsertPodRequest>
{
    public UpsertPodRequestValidator()
    {
        RuleFor(request => request.PodName).ValidName();
        RuleFor(request => request.PodNamespace).ValidNamespace();
        RuleFor(request => request.PodIp).Parses(request => request.ParsedIp);
        RuleFor(request => request.NodeName).ValidName();
        RuleFor(request => request.PodIdentity).ValidIdentity();
        RuleFor(request => request.WorkloadSelectorLabels).FailWithProblem(labels => labels?.StringMapProblem());
        RuleFor(request => request.PodObj).FailWithProblem(manifest => manifest?.Problem);
        RuleFor(request => request.TimeStamp).Parses(request => request.ParsedTimeStamp);
    }
}
