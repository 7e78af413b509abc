using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text.Json;
using k8s;
using k8s.KubeConfigModels;
using PodMetadata.Domain;
using PodMetadata.Domain.Json;
using YamlDotNet.Serialization;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Reads from the Kubernetes API server. The library gives the address, TLS and credentials; requests and answers are plain HTTP, since its
/// types would drop what they do not know of a manifest, and hold a list as a whole.</summary>
internal sealed class KubernetesApi : IDisposable
{
    private const int MaxErrorBytes = 64 * 1024;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private readonly KubernetesOptions options;
    private volatile Connection connection;

    /// <exception cref="InvalidOperationException">The configuration cannot be read.</exception>
    public KubernetesApi(KubernetesOptions options)
    {
        this.options = options;
        connection = Connection.Open(options);
    }

    /// <summary>An answer whose headers have arrived. The caller disposes it.</summary>
    /// <exception cref="KubernetesApiException">The answer is an error.</exception>
    /// <exception cref="HttpRequestException">There is no answer.</exception>
    /// <exception cref="TimeoutException">The answer did not begin in time.</exception>
    public async Task<HttpResponseMessage> GetAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerTimeout);
        try
        {
            HttpResponseMessage response = await connection.SendAsync(request.Path, limit.Token);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return response;
            }

            using (response)
            {
                throw await ReadErrorAsync(request, response, limit.Token);
            }
        }
        catch (KubernetesApiException exception) when (exception.Status == HttpStatusCode.Unauthorized)
        {
            Reconnect(); // with credentials that are read again
            throw;
        }
        catch (HttpRequestException exception) when (exception.InnerException is AuthenticationException)
        {
            Reconnect(); // with a certificate authority that is read again
            throw;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The API server did not answer in time.");
        }
    }

    /// <summary>An object.</summary>
    /// <inheritdoc cref="GetAsync" path="exception"/>
    /// <exception cref="JsonException">The answer is not JSON.</exception>
    public async Task<JsonElement> GetObjectAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await GetAsync(request, cancellationToken);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerTimeout);
        try
        {
            await using Stream body = await response.Content.ReadAsStreamAsync(limit.Token);
            using JsonDocument document = await JsonDocument.ParseAsync(body, default, limit.Token);
            return document.RootElement.Clone();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The API server's answer did not end in time.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    private static async Task<KubernetesApiException> ReadErrorAsync(ApiRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string? message = null;
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxErrorBytes, cancellationToken);
            using JsonDocument status = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            message = LogSanitizer.Sanitize(status.RootElement.At("message").Text());
        }
        catch (Exception exception) when (exception is JsonException or HttpRequestException)
        {
            // A proxy's page, or more than an error says: the status has to do.
        }

        string right = $"{request.Verb} {request.Resource}";
        return new KubernetesApiException(
            response.StatusCode,
            response.StatusCode switch
            {
                HttpStatusCode.Forbidden => $"The API server forbids to {right}: the account's role must allow it ({message ?? "no reason given"})",
                HttpStatusCode.Unauthorized => $"The API server does not accept the credentials, asked to {right}",
                _ => $"The API server answered {(int)response.StatusCode} to {right} ({message ?? "no reason given"})",
            },
            RetryAfter(response.Headers.RetryAfter));
    }

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header?.Delta;

    // The old connection is not disposed: other requests may use it. It ends by itself once it is idle.
    private void Reconnect()
    {
        try
        {
            connection = Connection.Open(options);
        }
        catch (InvalidOperationException)
        {
            // A file that is being replaced. The next failure comes here again.
        }
    }

    /// <summary>The library's client with its configuration.</summary>
    private sealed class Connection(k8s.Kubernetes client) : IDisposable
    {
        // The library's own are three minutes, in which a dead connection would look like a quiet one.
        private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(15);

        private readonly Uri address = new(client.BaseUri.AbsoluteUri.TrimEnd('/') + "/");

        public static Connection Open(KubernetesOptions options)
        {
            try
            {
                KubernetesClientConfiguration configuration = options.Kubeconfig is { } path
                    ? KubernetesClientConfiguration.BuildConfigFromConfigObject(ReadKubeconfig(path), options.Context)
                    : KubernetesClientConfiguration.InClusterConfig();
                configuration.FirstMessageHandlerSetup = handler =>
                {
                    if (handler is SocketsHttpHandler sockets)
                    {
                        sockets.KeepAlivePingDelay = PingAfter;
                        sockets.KeepAlivePingTimeout = PingAfter;
                        sockets.ConnectTimeout = AnswerTimeout;
                    }
                };
                return new Connection(new k8s.Kubernetes(configuration));
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // The library throws what its parsers throw.
                string? reason = exception is NullReferenceException ? "it is not a kubeconfig" : LogSanitizer.Sanitize(exception.Message);
                throw new InvalidOperationException(
                    options.Kubeconfig is { } path
                        ? $"Kubernetes:Kubeconfig ({path}) cannot be used: {reason}"
                        : $"Kubernetes:Watch needs Kubernetes:Kubeconfig outside a cluster: {reason}",
                    exception);
            }
        }

        public async Task<HttpResponseMessage> SendAsync(string path, CancellationToken cancellationToken)
        {
            using HttpRequestMessage message = new(HttpMethod.Get, new Uri(address, path))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            };
            if (client.Credentials is { } credentials)
            {
                await credentials.ProcessHttpRequestAsync(message, cancellationToken);
            }

            return await client.HttpClient.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }

        public void Dispose() => client.Dispose();

        // The library's own reader prepares the types of all objects of Kubernetes, which takes 20 MiB.
        private static K8SConfiguration ReadKubeconfig(string path)
        {
            IDeserializer yaml = new DeserializerBuilder().IgnoreUnmatchedProperties().Build();
            K8SConfiguration kubeconfig = yaml.Deserialize<K8SConfiguration>(File.ReadAllText(path));
            kubeconfig.FileName = path; // what relative paths in it start from
            return kubeconfig;
        }
    }
}
