namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>The configuration gives no way to ask the API server: a file cannot be read, or a credential plugin fails. Both may change.</summary>
/// <param name="message">A sentence for the log.</param>
internal sealed class KubernetesAccessException(string message) : Exception(message);
