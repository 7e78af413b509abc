namespace PodMetadata.Api.Errors;

/// <summary>Writes every problem as application/problem+json, whatever the request's Accept says.</summary>
internal sealed class ProblemWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context) =>
        await Results.Problem(context.ProblemDetails).ExecuteAsync(context.HttpContext);
}
