using FluentValidation;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of POST /pod/resolve. A text that is no IP is answered as such, and breaks no rule.</summary>
internal sealed class IpsToResolveValidator : AbstractValidator<IpToResolve[]>
{
    private const int Most = 1000;

    public IpsToResolveValidator(PastMoment moment) => RuleFor(items => items).Custom((items, context) =>
    {
        if (items.Length > Most)
        {
            context.AddFailure("body", $"The body must have at most {Most} items.");
            return;
        }

        for (int i = 0; i < items.Length; i++)
        {
            if (items[i] is null)
            {
                context.AddFailure("body", $"[{i}] must be an object.");
            }
            else if (moment.Problem(items[i].At) is { } problem)
            {
                context.AddFailure("body", $"[{i}].at {problem}");
            }
        }
    });
}
