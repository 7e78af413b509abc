using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Repeats requests to the API server until they are answered, and logs each reason once in a row.</summary>
internal sealed partial class ApiRetries(TimeProvider time, ILogger<ApiRetries> logger)
{
    private string? lastReported;

    /// <summary>Whether an exception says that the API server could not be asked, or did not answer as it should, and may do so later.</summary>
    public static bool IsOfServer(Exception exception) =>
        exception is HttpRequestException or KubernetesApiException or KubernetesAccessException or TimeoutException or IOException or JsonException;

    /// <summary>The result of a request. Others may be repeated at the same time: each logs its own reasons.</summary>
    /// <param name="attempt">The request.</param>
    /// <param name="isFinal">Whether a failure is what the caller has to know, given how many there were in a row: it is thrown.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> attempt, Func<Exception, int, bool> isFinal, CancellationToken cancellationToken)
    {
        Backoff backoff = new(time);
        string? lastReason = null;
        for (int failures = 1; ; failures++)
        {
            try
            {
                T result = await attempt();
                Answered();
                return result;
            }
            catch (Exception exception) when (IsOfServer(exception) && !isFinal(exception, failures))
            {
                string reason = ReasonOf(exception);
                if (reason != lastReason)
                {
                    Report(exception);
                    lastReason = reason;
                }

                await backoff.WaitAsync((exception as KubernetesApiException)?.RetryAfter, cancellationToken);
            }
        }
    }

    /// <summary>Logs why a request failed and what follows, unless the last one failed for the same reason with the same to follow.</summary>
    public void Report(Exception exception, string next = "Trying again")
    {
        string reason = ReasonOf(exception);
        string report = $"{reason}. {next}";
        if (report != lastReported)
        {
            LogFailed(reason, next);
            lastReported = report;
        }
    }

    /// <summary>A request was answered: the next failure is logged, whatever its reason.</summary>
    public void Answered() => lastReported = null;

    private static string ReasonOf(Exception exception) => exception.GetBaseException().Message.TrimEnd('.');

    [LoggerMessage(LogLevel.Warning, "{Reason}. {Next}")]
    private partial void LogFailed(string reason, string next);
}
