using FluentValidation;

namespace PodMetadata.Api.Contracts;

/// <summary>The rules of POST /pod/resolve. Text that is not an IP, and moments in the future, break no rule: they are answered as malformed and
/// unknown.</summary>
internal sealed class ResolveQuestionsValidator : AbstractValidator<ResolveQuestion[]>
{
    private const int MaxQuestions = 1000;

    public ResolveQuestionsValidator() => RuleFor(questions => questions).Custom((questions, context) =>
    {
        if (questions.Length > MaxQuestions)
        {
            context.AddFailure("body", $"The body must have at most {MaxQuestions} items.");
            return;
        }

        for (int i = 0; i < questions.Length; i++)
        {
            if (questions[i] is null)
            {
                context.AddFailure("body", $"[{i}] must be an object.");
            }
            else if (questions[i].ParsedAt.Problem is { } problem)
            {
                context.AddFailure("body", $"[{i}].at {problem}");
            }
        }
    });
}
