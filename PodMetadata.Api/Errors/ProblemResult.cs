using Microsoft.AspNetCore.Mvc;

namespace PodMetadata.Api.Errors;

/// <summary>Answers an action with a problem. MVC's own results add a charset to the Content-Type, which RFC 9457 does not define.</summary>
internal sealed class ProblemResult(ProblemDetails problem) : IActionResult
{
    public Task ExecuteResultAsync(ActionContext context) =>
        Results.Json(problem, contentType: "application/problem+json", statusCode: problem.Status).ExecuteAsync(context.HttpContext);
}
