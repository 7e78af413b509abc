using Microsoft.AspNetCore.Diagnostics;
using PodMetadata.Infrastructure;

namespace PodMetadata.Api.Errors;

/// <summary>The database is out of reach: 503, to be tried again. It refuses a value: 400.</summary>
internal sealed partial class DatabaseExceptionHandler(IProblemDetailsService problems, ILogger<DatabaseExceptionHandler> logger) : IExceptionHandler
{
    private const string RetryAfterSeconds = "1";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        (int status, string detail) = DatabaseFaults.IsRefusedValue(exception)
            ? (StatusCodes.Status400BadRequest, "The body holds a value that the database cannot keep.")
            : (StatusCodes.Status503ServiceUnavailable, "The database is out of reach. Try again.");
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            if (!DatabaseFaults.IsUnavailable(exception))
            {
                return false;
            }

            LogDatabaseAway(DatabaseFaults.Reason(exception));
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
        }

        httpContext.Response.StatusCode = status;
        await problems.WriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = { Detail = detail } });
        return true;
    }

    [LoggerMessage(LogLevel.Error, "The database cannot serve the request: {Reason}")]
    private partial void LogDatabaseAway(string reason);
}
