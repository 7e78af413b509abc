using FluentValidation;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of GET /pod/ip/{ip}.</summary>
internal sealed class MomentQueryValidator : AbstractValidator<MomentQuery>
{
    public MomentQueryValidator(KnownPeriod period) => RuleFor(query => query.At).FailWithProblem((query, _) =>
        query.ParsedAt.Problem ?? (period.Outside(query.ParsedAt.Value) is IpMatch.Unknown ? "must not be in the future." : null));
}
