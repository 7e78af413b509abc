using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PodMetadata.Tests.Api;

/// <summary>TLS, as Kestrel's own settings turn it on.</summary>
public sealed class TlsTests : ServiceTests
{
    [Test]
    public async Task A_certificate_and_its_key_serve_https()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("pod-metadata-");
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=pod-metadata", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string certificatePath = Path.Combine(folder.FullName, "tls.crt");
        string keyPath = Path.Combine(folder.FullName, "tls.key");
        await File.WriteAllTextAsync(certificatePath, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyPath, key.ExportPkcs8PrivateKeyPem());
        try
        {
            await using Service secured = await Service.StartAsync(Service.ConnectionString, waitUntilReady: false, new Dictionary<string, string?>
            {
                ["urls"] = "https://127.0.0.1:0",
                ["Kestrel:Certificates:Default:Path"] = certificatePath,
                ["Kestrel:Certificates:Default:KeyPath"] = keyPath,
            });
            using HttpClientHandler handler = new() { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown?.Thumbprint == certificate.Thumbprint };
            using HttpClient client = new(handler) { BaseAddress = secured.Http.BaseAddress };
            Assert.That(client.BaseAddress?.Scheme, Is.EqualTo("https"));
            Assert.That(await client.GetStringAsync("/pod/info"), Is.EqualTo("[]"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
