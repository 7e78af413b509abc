using FluentValidation;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of GET /pod/list/{node}. A name that no node can have breaks no rule: the list is empty.</summary>
internal sealed class NodeQueryValidator : AbstractValidator<NodeQuery>
{
    public NodeQueryValidator() => Include(new PageQueryValidator());
}
