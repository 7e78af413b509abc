using FluentValidation;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of GET /pod/info.</summary>
internal sealed class ListQueryValidator : AbstractValidator<ListQuery>
{
    public ListQueryValidator()
    {
        Include(new PageQueryValidator());
        RuleFor(query => query.Namespace).Must(text => PodText.Problem(text, PodText.MaxNamespaceLength));
        RuleFor(query => query.Node).Must(text => PodText.Problem(text, PodText.MaxNameLength));
        RuleFor(query => query.Identity).Must(text => PodText.Problem(text, PodText.MaxIdentityLength));
    }
}
