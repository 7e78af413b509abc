using FluentValidation;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of GET /pod/list/{node}. A node that cannot be has no pods, and breaks no rule.</summary>
internal sealed class NodeQueryValidator : AbstractValidator<NodeQuery>
{
    public NodeQueryValidator() => Include(new PageQueryValidator());
}
