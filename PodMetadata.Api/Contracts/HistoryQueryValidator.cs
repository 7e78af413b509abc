using FluentValidation;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of GET /pod/ip/{ip}/history.</summary>
internal sealed class HistoryQueryValidator : AbstractValidator<HistoryQuery>
{
    public HistoryQueryValidator()
    {
        RuleFor(query => query.Ip).Parses(query => query.ParsedIp);
        RuleFor(query => query.Limit).ValidLimit();
        RuleFor(query => query.Continue).Parses(query => query.ParsedContinue);
    }
}
