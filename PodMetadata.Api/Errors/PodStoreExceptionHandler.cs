using Microsoft.AspNetCore.Diagnostics;
using PodMetadata.Domain;

namespace PodMetadata.Api.Errors;

/// <summary>Answers 503 when the store is unavailable, and 400 when it cannot hold a value.</summary>
internal sealed partial class PodStoreExceptionHandler(IProblemDetailsService problems, PodStoreStatus status, ILogger<PodStoreExceptionHandler> logger)
    : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        switch (exception)
        {
            case ValueRefusedException:
                httpContext.Response.StatusCode = StatusCodes.Status400BadRequest;
                await WriteAsync(httpContext, "The body holds a value that the database cannot keep.");
                return true;
            case PodStoreUnavailableException:
                if (status.UnavailableReason is null) // otherwise the monitor has logged the reason once
                {
                    LogUnavailable(exception.Message);
                }

                RetryLater.Set(httpContext.Response);
                await WriteAsync(httpContext, "The database is out of reach. Try again.");
                return true;
            default:
                return false;
        }
    }

    private ValueTask WriteAsync(HttpContext httpContext, string detail) =>
        problems.WriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = { Detail = detail } });

    [LoggerMessage(LogLevel.Warning, "The database cannot serve the request: {Reason}")]
    private partial void LogUnavailable(string reason);
}
