using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PodMetadata.Tests.Api;

/// <summary>TLS, as Kestrel's own settings turn it on, with the files that cert-manager writes and renews.</summary>
[Parallelizable]
public sealed class TlsTests : ServiceTests
{
    private const string Mismatch = "Kestrel:Certificates:Default:Path cannot be used, and what it said before still holds: ";

    private readonly X509Certificate2 root = Authority("CN=root", null);

    private string folder = null!;

    private string CertificatePath => Path.Combine(folder, "tls.crt");

    private string KeyPath => Path.Combine(folder, "tls.key");

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("pod-metadata-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [OneTimeTearDown]
    public void ForgetRoot() => root.Dispose();

    [Test]
    public async Task A_certificate_with_its_chain_serves_https_and_so_does_the_one_that_replaces_it()
    {
        using X509Certificate2 intermediate = Authority("CN=intermediate", root);
        using X509Certificate2 first = Leaf(intermediate);
        using X509Certificate2 renewed = Leaf(intermediate);
        Mount("..first", first, intermediate);
        File.CreateSymbolicLink(CertificatePath, Path.Combine("..data", "tls.crt"));
        File.CreateSymbolicLink(KeyPath, Path.Combine("..data", "tls.key"));
        await using Service secured = await StartAsync();
        Assert.That(await ShownAsync(secured), Is.EqualTo(first.Thumbprint));

        Mount("..renewed", renewed, intermediate);
        await Wait.UntilAsync(async () => await ShownAsync(secured) == renewed.Thumbprint);
        Assert.That(secured.Warnings().Where(warning => warning.Contains("Certificates", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task While_a_key_does_not_fit_the_certificate_the_pair_before_is_served()
    {
        using X509Certificate2 first = Leaf(root);
        using X509Certificate2 renewed = Leaf(root);
        Write(folder, first);
        await using Service secured = await StartAsync();

        await File.WriteAllTextAsync(CertificatePath, renewed.ExportCertificatePem());
        await Wait.UntilAsync(() => Task.FromResult(secured.Warnings().Any(warning => warning.StartsWith(Mismatch, StringComparison.Ordinal))));
        Assert.That(await ShownAsync(secured), Is.EqualTo(first.Thumbprint));

        await File.WriteAllTextAsync(KeyPath, KeyOf(renewed));
        await Wait.UntilAsync(async () => await ShownAsync(secured) == renewed.Thumbprint);
        Assert.That(secured.Warnings().Count(warning => warning.StartsWith(Mismatch, StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task An_endpoint_keeps_a_certificate_of_its_own()
    {
        using X509Certificate2 general = Leaf(root);
        using X509Certificate2 own = Leaf(root);
        Write(folder, general);
        string ownFolder = Directory.CreateDirectory(Path.Combine(folder, "own")).FullName;
        Write(ownFolder, own);
        await using Service secured = await StartAsync(new Dictionary<string, string?>
        {
            ["Kestrel:Endpoints:Own:Url"] = "https://127.0.0.1:0",
            ["Kestrel:Endpoints:Own:Certificate:Path"] = Path.Combine(ownFolder, "tls.crt"),
            ["Kestrel:Endpoints:Own:Certificate:KeyPath"] = Path.Combine(ownFolder, "tls.key"),
        });
        Assert.That(await ShownAsync(secured), Is.EqualTo(own.Thumbprint));
    }

    private Task<Service> StartAsync(Dictionary<string, string?>? settings = null) => Service.StartAsync(
        Service.ConnectionString,
        waitUntilReady: false,
        new Dictionary<string, string?>(settings ?? [])
        {
            ["urls"] = "https://127.0.0.1:0",
            ["Kestrel:Certificates:Default:Path"] = CertificatePath,
            ["Kestrel:Certificates:Default:KeyPath"] = KeyPath,
        });

    /// <summary>The thumbprint of the certificate on a new connection, whose chain ends at the root that the client knows.</summary>
    private async Task<string?> ShownAsync(Service secured)
    {
        string? thumbprint = null;
        using SocketsHttpHandler handler = new();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { root },
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, errors) =>
        {
            thumbprint = ((X509Certificate2)shown!).Thumbprint;
            return errors == SslPolicyErrors.None;
        };
        using HttpClient client = new(handler) { BaseAddress = secured.Http.BaseAddress };
        Assert.That(client.BaseAddress?.Scheme, Is.EqualTo("https"));
        Assert.That(await client.GetStringAsync("/pod/info"), Is.EqualTo("[]"));
        return thumbprint;
    }

    /// <summary>Puts the files into a folder of their own and turns the link <c>..data</c> to it, as Kubernetes does.</summary>
    private void Mount(string name, X509Certificate2 certificate, X509Certificate2 issuer)
    {
        Write(Directory.CreateDirectory(Path.Combine(folder, name)).FullName, certificate, issuer);
        string data = Path.Combine(folder, "..data");
        File.Delete(data);
        File.CreateSymbolicLink(data, name);
    }

    private static void Write(string folder, params X509Certificate2[] chain)
    {
        File.WriteAllText(Path.Combine(folder, "tls.crt"), string.Join('\n', chain.Select(certificate => certificate.ExportCertificatePem())));
        File.WriteAllText(Path.Combine(folder, "tls.key"), KeyOf(chain[0]));
    }

    private static string KeyOf(X509Certificate2 certificate)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    private static X509Certificate2 Authority(string name, X509Certificate2? issuer)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        return Sign(request, key, issuer);
    }

    private static X509Certificate2 Leaf(X509Certificate2 issuer)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=pod-metadata", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return Sign(request, key, issuer);
    }

    private static X509Certificate2 Sign(CertificateRequest request, ECDsa key, X509Certificate2? issuer)
    {
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1);
        DateTimeOffset to = DateTimeOffset.UtcNow.AddDays(1);
        if (issuer is null)
        {
            return request.CreateSelfSigned(from, to);
        }

        using X509Certificate2 signed = request.Create(issuer, issuer.NotBefore, issuer.NotAfter, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
