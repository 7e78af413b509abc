using FluentValidation;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of GET /pod/ip/{ip}/history.</summary>
internal sealed class HistoryQueryValidator : AbstractValidator<HistoryQuery>
{
    public HistoryQueryValidator()
    {
        RuleFor(query => query.Ip).ValidIp();
        RuleFor(query => query.Limit).Must(PodRules.LimitProblem);
        RuleFor(query => query.Continue).Must((query, token) => PageToken.Problem(() => PageToken.ReadLease(token, query.Scope)));
    }
}
