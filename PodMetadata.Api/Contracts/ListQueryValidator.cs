using FluentValidation;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of GET /pod/info.</summary>
internal sealed class ListQueryValidator : AbstractValidator<ListQuery>
{
    public ListQueryValidator()
    {
        Include(new PageQueryValidator());
        RuleFor(query => query.Namespace).ValidNamespace();
        RuleFor(query => query.Node).FailWithProblem(text => FieldRules.Problem(FieldRules.Trimmed(text), FieldRules.MaxNameLength));
        RuleFor(query => query.Identity).ValidIdentity();
    }
}
