using Microsoft.AspNetCore.Diagnostics;
using PodMetadata.Infrastructure;

namespace PodMetadata.Api.Errors;

/// <summary>The database is out of reach: 503, to be tried again. It refuses a value: 400.</summary>
internal sealed partial class DatabaseExceptionHandler(IProblemDetailsService problems, DatabaseState database, ILogger<DatabaseExceptionHandler> logger)
    : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (DatabaseFaults.IsRefusedValue(exception))
        {
            httpContext.Response.StatusCode = StatusCodes.Status400BadRequest;
            await WriteAsync(httpContext, "The body holds a value that the database cannot keep.");
            return true;
        }

        if (DatabaseFaults.IsUnavailable(exception))
        {
            if (database.Reason is null) // else the monitor has said why, once
            {
                LogDatabaseAway(DatabaseFaults.Reason(exception));
            }

            RetryLater.Set(httpContext.Response);
            await WriteAsync(httpContext, "The database is out of reach. Try again.");
            return true;
        }

        return false;
    }

    private ValueTask WriteAsync(HttpContext httpContext, string detail) =>
        problems.WriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = { Detail = detail } });

    [LoggerMessage(LogLevel.Warning, "The database cannot serve the request: {Reason}")]
    private partial void LogDatabaseAway(string reason);
}
