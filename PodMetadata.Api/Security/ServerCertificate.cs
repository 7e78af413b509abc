using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace PodMetadata.Api.Security;

/// <summary>The certificate, its chain and its key for <c>https://</c> addresses, from the PEM files of <c>Kestrel:Certificates:Default</c>. They are
/// read again when a file changes, and hold for new connections. While they do not fit each other, the last pair stays in force.</summary>
/// <remarks>Kestrel itself reads them at start only: it does not see a change of the symbolic link through which Kubernetes mounts a Secret.</remarks>
internal sealed class ServerCertificate : IDisposable
{
    private const string Section = "Kestrel:Certificates:Default";

    private readonly WatchedFile<SslStreamCertificateContext>? file;

    /// <summary>Reads the files, if both are set; Kestrel reads the other forms of a certificate by itself.</summary>
    /// <exception cref="InvalidOperationException">A file is missing or invalid.</exception>
    public ServerCertificate(IConfiguration configuration, IHostEnvironment environment, ILogger<ServerCertificate> logger)
    {
        IConfigurationSection settings = configuration.GetSection(Section);
        if (settings["Path"] is { Length: > 0 } path && settings["KeyPath"] is { Length: > 0 } keyPath)
        {
            string certificate = Path.Combine(environment.ContentRootPath, path);
            string key = Path.Combine(environment.ContentRootPath, keyPath);
            file = new($"{Section}:Path", certificate, pem => Read(pem, key, settings["Password"]), logger, key);
        }
    }

    /// <summary>Makes it the certificate of endpoints that have none of their own.</summary>
    public void ApplyTo(KestrelServerOptions kestrel)
    {
        if (file is not null)
        {
            kestrel.ConfigureHttpsDefaults(https =>
            {
                X509Certificate2 first = file.Current.TargetCertificate;
                https.ServerCertificate = first;
                https.OnAuthenticate = (_, tls) =>
                {
                    if (first.Equals(tls.ServerCertificateContext?.TargetCertificate))
                    {
                        tls.ServerCertificateContext = file.Current;
                    }
                };
            });
        }
    }

    public void Dispose() => file?.Dispose();

    private static SslStreamCertificateContext Read(Stream stream, string keyPath, string? password)
    {
        using StreamReader reader = new(stream);
        string certificates = reader.ReadToEnd();
        string key = File.ReadAllText(keyPath);
        X509Certificate2Collection chain = [];
        chain.ImportFromPem(certificates);
        X509Certificate2 first = string.IsNullOrEmpty(password)
            ? X509Certificate2.CreateFromPem(certificates, key)
            : X509Certificate2.CreateFromEncryptedPem(certificates, key, password);
        return SslStreamCertificateContext.Create(first, chain, offline: true); // what the file leaves out is not fetched
    }
}
