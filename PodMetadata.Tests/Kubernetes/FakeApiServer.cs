using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>A Kubernetes API server without a cluster, on a free loopback port: it lists and watches as the real one does (ApiServerScript shows that),
/// and goes wrong as the real one, and the network before it, can.</summary>
internal sealed class FakeApiServer : IAsyncDisposable
{
    private readonly FakeApiOptions options;
    private readonly FakeObjects objects;
    private readonly FakeAccess access = new();
    private readonly FakeFaults faults = new();
    private readonly FakeRoutes routes;
    private readonly FakeCertificates certificates = new();
    private readonly string folder = Directory.CreateTempSubdirectory("fake-api-").FullName;

    private WebApplication? host;

    private FakeApiServer(FakeApiOptions options)
    {
        this.options = options;
        objects = new FakeObjects(options.Time, options.History);
        routes = new FakeRoutes(objects, access, faults, options);
        foreach (string name in (string[])["default", "kube-node-lease", "kube-public", "kube-system"])
        {
            Put(Namespace(name));
        }
    }

    /// <summary>Where it listens; the same after a pause.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>A kubeconfig with the address, the certificate authority and the token.</summary>
    public string KubeconfigPath => Path.Combine(folder, "kubeconfig");

    /// <summary>A file with the token alone.</summary>
    public string TokenPath => Path.Combine(folder, "token");

    public string Token => access.Token;

    /// <summary>The newest version.</summary>
    public long Version => objects.Last.Version;

    /// <summary>The pods at this moment, ordered by namespace and name.</summary>
    public IReadOnlyCollection<FakeObject> Pods => objects.Last.Of(FakeResource.Pods);

    /// <summary>The uid of the namespace kube-system, which tells one cluster from another.</summary>
    public string ClusterUid
    {
        get => objects.Find(FakeResource.Namespaces, "", "kube-system")!.Uid;
        set
        {
            objects.Delete(FakeResource.Namespaces, "", "kube-system");
            Put(Namespace("kube-system", value));
        }
    }

    /// <summary>Whether a watch from a version that is too old is answered 410, instead of 200 and an event of type ERROR.</summary>
    public bool AnswersGone
    {
        get => routes.AnswersGone;
        set => routes.AnswersGone = value;
    }

    public int OpenWatches => routes.Watches.Count;

    /// <summary>Starts one that is empty but for the namespaces that each cluster has.</summary>
    public static async Task<FakeApiServer> StartAsync(FakeApiOptions? options = null)
    {
        FakeApiServer server = new(options ?? new FakeApiOptions());
        await server.ListenAsync(0);
        server.WriteKubeconfig();
        return server;
    }

    /// <summary>How many requests of some sorts there were for a resource.</summary>
    public int Count(FakeRequests requests, string resource = "pods") => routes.Count(requests, resource);

    /// <summary>A client that knows the certificate authority and has the token of now.</summary>
    public HttpClient CreateClient()
    {
        SocketsHttpHandler handler = new();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { certificates.Authority },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        HttpClient client = new(handler) { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return client;
    }

    /// <summary>Creates or updates an object of any kind. A uid and a creationTimestamp that it has are kept.</summary>
    public FakeObject Put(JsonObject manifest) => Put(FakeWrites.Manifest(manifest));

    /// <inheritdoc cref="Put(JsonObject)"/>
    public FakeObject Put(byte[] manifest) => Put(new FakeManifest(manifest));

    /// <summary>Adds many pods at once, before anybody watches: older versions are forgotten.</summary>
    public void Load(IEnumerable<byte[]> pods) => objects.Load(FakeResource.Pods, pods);

    /// <summary>Changes a pod, in one step with reading it.</summary>
    public FakeObject Update(string @namespace, string name, Action<JsonObject> change) => Update("Pod", @namespace, name, change);

    /// <summary>Changes an object, in one step with reading it.</summary>
    public FakeObject Update(string kind, string @namespace, string name, Action<JsonObject> change) =>
        objects.Change(FakeResource.OfKind(kind), @namespace, name, old =>
        {
            JsonObject manifest = old?.ToJson() ?? throw new InvalidOperationException($"There is no {kind} {@namespace}/{name}.");
            change(manifest);
            return FakeWrites.Manifest(manifest);
        });

    /// <summary>Deletes a pod at once.</summary>
    public FakeObject Delete(string @namespace, string name) => Delete("Pod", @namespace, name);

    /// <summary>Deletes an object at once, and returns it with the version of its deletion.</summary>
    public FakeObject Delete(string kind, string @namespace, string name) =>
        objects.Delete(FakeResource.OfKind(kind), @namespace, name) ?? throw new InvalidOperationException($"There is no {kind} {@namespace}/{name}.");

    /// <summary>A pod as it is; null when there is none.</summary>
    public FakeObject? Find(string @namespace, string name) => objects.Find(FakeResource.Pods, @namespace, name);

    /// <summary>Forgets all versions but the newest: who comes with an older one is answered that it has expired.</summary>
    public void Compact() => objects.Compact();

    /// <summary>Goes back to a version, as after a restore of etcd's snapshot. Watches that are open see nothing more.</summary>
    public void Restore(long version) => objects.Restore(version);

    /// <summary>Switches a fault on, until it is disposed of or some requests, or lines of watches, had it.</summary>
    public ActiveFault Add(FakeFault fault, FakeRequests requests, int times = int.MaxValue, string? resource = null) =>
        faults.Add(fault, requests, times, resource);

    /// <summary>Switches all faults off.</summary>
    public void ClearFaults() => faults.Clear();

    /// <summary>Resets the connections of all open watches.</summary>
    public void CutWatches()
    {
        foreach (FakeWatch watch in routes.Watches)
        {
            watch.Cut();
        }
    }

    /// <summary>Ends all open watches cleanly.</summary>
    public void EndWatches()
    {
        foreach (FakeWatch watch in routes.Watches)
        {
            watch.End();
        }
    }

    /// <summary>Takes a right away, for example to <c>list</c> <c>pods</c>.</summary>
    public void Deny(string verb, string resource) => access.Deny(verb, resource);

    public void Allow(string verb, string resource) => access.Allow(verb, resource);

    /// <summary>Accepts a new token alone, and writes it to the kubeconfig and to the token's file.</summary>
    public void RotateToken()
    {
        access.Rotate();
        WriteKubeconfig();
    }

    /// <summary>Goes away: open connections are reset and new ones refused.</summary>
    public async Task PauseAsync()
    {
        await host!.StopAsync(new CancellationToken(canceled: true));
        await host.DisposeAsync();
        host = null;
    }

    /// <summary>Comes back to the same port, with all that it knew.</summary>
    public Task ResumeAsync() => ListenAsync(Address.Port);

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            await PauseAsync();
        }

        certificates.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private FakeObject Put(FakeManifest manifest) =>
        objects.Change(FakeResource.OfKind(manifest.Kind), manifest.Namespace, manifest.Name, _ => manifest);

    private async Task ListenAsync(int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null; // who watches may be slow
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, port, Listen);
        });
        builder.Services.Configure<HostOptions>(hosting => hosting.ShutdownTimeout = TimeSpan.Zero);
        host = builder.Build();
        host.Run(routes.HandleAsync);
        await host.StartAsync();
        Address = new Uri(host.Urls.Single());
    }

    private void Listen(ListenOptions listen)
    {
        listen.Use(next => connection =>
        {
            FakeConnection.Attach(connection);
            return next(connection);
        });
        if (options.IsPlain)
        {
            listen.Protocols = HttpProtocols.Http1;
        }
        else
        {
            listen.Protocols = options.Protocols;
            listen.UseHttps(certificates.Server);
        }
    }

    private void WriteKubeconfig()
    {
        string authority = Convert.ToBase64String(Encoding.ASCII.GetBytes(certificates.Authority.ExportCertificatePem()));
        Write(TokenPath, Token);
        Write(KubeconfigPath, $$"""
            apiVersion: v1
            kind: Config
            current-context: fake
            clusters:
            - name: fake
              cluster:
                server: {{Address.GetLeftPart(UriPartial.Authority)}}
                certificate-authority-data: {{authority}}
            users:
            - name: reader
              user:
                {{(options.UsesTokenFile ? $"tokenFile: {TokenPath}" : $"token: {Token}")}}
            contexts:
            - name: fake
              context:
                cluster: fake
                user: reader

            """);
    }

    /// <summary>Writes a file so that a reader sees either all of it or what was before.</summary>
    private static void Write(string path, string content)
    {
        File.WriteAllText(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static JsonObject Namespace(string name, string? uid = null)
    {
        JsonObject metadata = new() { ["name"] = name };
        if (uid is not null)
        {
            metadata["uid"] = uid;
        }

        return new JsonObject { ["kind"] = "Namespace", ["metadata"] = metadata, ["status"] = new JsonObject { ["phase"] = "Active" } };
    }
}
