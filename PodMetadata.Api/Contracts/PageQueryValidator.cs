using FluentValidation;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules that all listings of pods have in common.</summary>
internal sealed class PageQueryValidator : AbstractValidator<PageQuery>
{
    public PageQueryValidator()
    {
        RuleFor(query => query.LabelSelector).Parses(query => query.ParsedSelector);
        RuleFor(query => query.Limit).ValidLimit();
        RuleFor(query => query.Continue).Parses(query => query.ParsedContinue);
        RuleFor(query => query.Fields).Parses(query => query.ParsedFields);
    }
}
