using FluentValidation;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of GET /pod/ip/{ip}.</summary>
internal sealed class MomentQueryValidator : AbstractValidator<MomentQuery>
{
    public MomentQueryValidator(PastMoment moment) => RuleFor(query => query.At).Must(moment.Problem);
}
