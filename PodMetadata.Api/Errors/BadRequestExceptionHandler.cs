using Microsoft.AspNetCore.Diagnostics;

namespace PodMetadata.Api.Errors;

/// <summary>The server refuses the request's body, such as one over the limit (413), or cannot read it, such as one in wrong chunks.</summary>
internal sealed class BadRequestExceptionHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // Kestrel throws a plain IOException for some wrong chunks; the database's are inside its own exceptions.
        if (exception is not IOException)
        {
            return false;
        }

        (httpContext.Response.StatusCode, string detail) = exception is BadHttpRequestException refused
            ? (refused.StatusCode, refused.Message)
            : (StatusCodes.Status400BadRequest, "The body cannot be read.");
        if (httpContext.Response.StatusCode == StatusCodes.Status503ServiceUnavailable)
        {
            RetryLater.Set(httpContext.Response);
        }

        await problems.WriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = { Detail = detail },
        });
        return true;
    }
}
