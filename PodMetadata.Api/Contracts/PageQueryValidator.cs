using FluentValidation;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of what narrows and cuts every listing of pods.</summary>
internal sealed class PageQueryValidator : AbstractValidator<PageQuery>
{
    public PageQueryValidator()
    {
        RuleFor(query => query.LabelSelector).Must(text => text is null || LabelSelector.TryParse(text, out _, out string? problem) ? null : problem);
        RuleFor(query => query.Limit).Must(PodRules.LimitProblem);
        RuleFor(query => query.Continue).Must((query, token) => PageToken.Problem(() => PageToken.ReadPod(token, query.Scope)));
        RuleFor(query => query.Fields).Must(PodFields.Problem);
    }
}
