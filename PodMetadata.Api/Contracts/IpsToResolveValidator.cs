using FluentValidation;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of POST /pod/resolve. A text that is no IP is answered as such, and a moment in the future as unknown: neither breaks
/// a rule.</summary>
internal sealed class IpsToResolveValidator : AbstractValidator<IpToResolve[]>
{
    private const int Most = 1000;

    public IpsToResolveValidator() => RuleFor(items => items).Custom((items, context) =>
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
            else if (items[i].At is { } at && !PodTime.TryParse(at, out _))
            {
                context.AddFailure("body", $"[{i}].at {PodRules.NoTime}");
            }
        }
    });
}
