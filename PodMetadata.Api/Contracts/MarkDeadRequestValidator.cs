using FluentValidation;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of POST /pod/mark_dead.</summary>
internal sealed class MarkDeadRequestValidator : AbstractValidator<MarkDeadRequest>
{
    public MarkDeadRequestValidator()
    {
        RuleFor(request => request.PodName).ValidName();
        RuleFor(request => request.PodIp).Parses(request => request.ParsedIp);
    }
}
