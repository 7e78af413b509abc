using Microsoft.AspNetCore.Diagnostics;

namespace PodMetadata.Api.Errors;

/// <summary>Answers what the server threw about a request body: too large (413), or unreadable, such as invalid chunks (400).</summary>
internal sealed class BadRequestExceptionHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // Kestrel throws a plain IOException for some invalid chunks. Those of the database are wrapped.
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
