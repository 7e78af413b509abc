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
        RuleFor(query => query.Node).Must(text => PodText.Problem(PodText.Trimmed(text), PodText.MaxNameLength));
        RuleFor(query => query.Identity).ValidIdentity();
    }
}
