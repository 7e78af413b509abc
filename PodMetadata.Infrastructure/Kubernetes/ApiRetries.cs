using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Repeats requests to the API server until they are answered, and logs each reason once in a row.</summary>
internal sealed partial class ApiRetries(TimeProvider time, ILogger<ApiRetries> logger)
{
    private string? lastReason;

    /// <summary>Whether an exception says that the API server did not answer as it should, and may do so later.</summary>
    public static bool IsOfServer(Exception exception) =>
        exception is HttpRequestException or KubernetesApiException or TimeoutException or IOException or JsonException;

    /// <summary>The result of a request.</summary>
    /// <param name="attempt">The request.</param>
    /// <param name="isFinal">Whether an answer is what the caller has to know: it is thrown.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> attempt, Func<HttpStatusCode, bool> isFinal, CancellationToken cancellationToken)
    {
        Backoff backoff = new(time);
        while (true)
        {
            try
            {
                T result = await attempt();
                lastReason = null;
                return result;
            }
            catch (Exception exception) when (IsOfServer(exception) && !(exception is KubernetesApiException { Status: var status } && isFinal(status)))
            {
                Report(exception);
                await backoff.WaitAsync((exception as KubernetesApiException)?.RetryAfter, cancellationToken);
            }
        }
    }

    /// <summary>Logs why a request failed, unless the last one failed for the same reason.</summary>
    public void Report(Exception exception)
    {
        string reason = exception.GetBaseException().Message.TrimEnd('.');
        if (reason != lastReason)
        {
            LogFailed(reason);
            lastReason = reason;
        }
    }

    /// <summary>A request was answered: the next failure is logged, whatever its reason.</summary>
    public void Answered() => lastReason = null;

    [LoggerMessage(LogLevel.Warning, "{Reason}. Trying again")]
    private partial void LogFailed(string reason);
}
