using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text.Json;
using k8s;
using k8s.Authentication;
using k8s.KubeConfigModels;
using PodMetadata.Domain;
using PodMetadata.Domain.Json;
using YamlDotNet.Serialization;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Reads from the Kubernetes API server. The library gives the address, TLS and credentials; requests and answers are plain HTTP, since its
/// types would drop what they do not know of a manifest, and hold a list as a whole.</summary>
/// <param name="options">Where the configuration is. It is read when the first request needs it, and again after credentials have failed.</param>
internal sealed class KubernetesApi(KubernetesOptions options) : IDisposable
{
    private const int MaxErrorBytes = 64 * 1024;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private volatile Connection? connection;

    /// <summary>Reads the configuration, as the first request will, but runs no credential plugin: what it needs may be out of reach for now.</summary>
    /// <exception cref="KubernetesAccessException">The configuration cannot be used.</exception>
    public static void Check(KubernetesOptions options) => Connection.Open(options, runsPlugins: false).Dispose();

    /// <summary>An answer whose headers have arrived. The caller disposes it.</summary>
    /// <exception cref="KubernetesApiException">The answer is an error.</exception>
    /// <exception cref="KubernetesAccessException">There are no credentials to ask with.</exception>
    /// <exception cref="HttpRequestException">There is no answer.</exception>
    /// <exception cref="TimeoutException">The answer did not begin in time.</exception>
    public async Task<HttpResponseMessage> GetAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerTimeout);
        try
        {
            Connection current = connection ??= Connection.Open(options, runsPlugins: true);
            HttpResponseMessage response = await current.SendAsync(request.Path, limit.Token);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return response;
            }

            using (response)
            {
                throw await ReadErrorAsync(request, response, limit.Token);
            }
        }
        catch (Exception exception) when (exception is KubernetesAccessException or KubernetesApiException { Status: HttpStatusCode.Unauthorized }
            or HttpRequestException { InnerException: AuthenticationException })
        {
            // The next request reads the credentials and the certificate authority again. What others have asked for goes on over the old connection,
            // which is not disposed: it ends by itself once it is idle.
            connection = null;
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
    public void Dispose() => connection?.Dispose();

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

    /// <summary>The library's client with its configuration.</summary>
    private sealed class Connection(k8s.Kubernetes client, string source) : IDisposable
    {
        // The library's own are three minutes, in which a dead connection would look like a quiet one.
        private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(15);

        private readonly Uri address = new(client.BaseUri.AbsoluteUri.TrimEnd('/') + "/");

        public static Connection Open(KubernetesOptions options, bool runsPlugins)
        {
            try
            {
                KubernetesClientConfiguration configuration = options.Kubeconfig is { } path
                    ? KubernetesClientConfiguration.BuildConfigFromConfigObject(ReadKubeconfig(path, runsPlugins), options.Context)
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
                return new Connection(
                    new k8s.Kubernetes(configuration), options.Kubeconfig is null ? "The service account" : $"Kubernetes:Kubeconfig ({options.Kubeconfig})");
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // The library throws what its parsers throw.
                string reason = exception is NullReferenceException ? "it is not a kubeconfig" : ReasonOf(exception);
                throw new KubernetesAccessException(
                    options.Kubeconfig is { } path
                        ? $"Kubernetes:Kubeconfig ({path}) cannot be used: {reason}"
                        : $"Kubernetes:Watch needs Kubernetes:Kubeconfig outside a cluster: {reason}");
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
                await AuthenticateAsync(credentials, message, cancellationToken);
            }

            return await client.HttpClient.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }

        public void Dispose() => client.Dispose();

        private async Task AuthenticateAsync(ServiceClientCredentials credentials, HttpRequestMessage message, CancellationToken cancellationToken)
        {
            try
            {
                await credentials.ProcessHttpRequestAsync(message, cancellationToken);
            }
            catch (Exception exception) when (exception is not (OutOfMemoryException or OperationCanceledException))
            {
                throw new KubernetesAccessException($"{source} cannot be used: {ReasonOf(exception)}");
            }
        }

        // The library puts stack traces into messages, after the first line.
        private static string ReasonOf(Exception exception) => LogSanitizer.Sanitize(exception.Message.Split('\n')[0].TrimEnd())!;

        // The library's own reader prepares the types of all objects of Kubernetes, which takes 20 MiB.
        private static K8SConfiguration ReadKubeconfig(string path, bool runsPlugins)
        {
            IDeserializer yaml = new DeserializerBuilder().IgnoreUnmatchedProperties().Build();
            K8SConfiguration kubeconfig = yaml.Deserialize<K8SConfiguration>(File.ReadAllText(path));
            kubeconfig.FileName = path; // what relative paths in it start from
            foreach (User user in kubeconfig.Users.Where(user => !runsPlugins && user.UserCredentials?.ExternalExecution is not null))
            {
                user.UserCredentials = new UserCredentials { Token = "of a plugin" };
            }

            return kubeconfig;
        }
    }
}
