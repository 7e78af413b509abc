using System.Net;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>An answer of the Kubernetes API server that is an error.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">A sentence for the log.</param>
/// <param name="retryAfter">How long the server asks to wait; null when it does not say.</param>
internal sealed class KubernetesApiException(HttpStatusCode status, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status => status;

    /// <summary>How long the server asks to wait; null when it does not say.</summary>
    public TimeSpan? RetryAfter => retryAfter;
}
