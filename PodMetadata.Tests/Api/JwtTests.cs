using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace PodMetadata.Tests.Api;

/// <summary>JSON web tokens, such as those of Kubernetes' service accounts, with keys made here.</summary>
[Parallelizable]
public sealed class JwtTests : ServiceTests
{
    private const string Issuer = "https://kubernetes.default.svc";
    private const string Audience = "pod-metadata";
    private const string Writer = "system:serviceaccount:kube-system:pod-controller";
    private const string Reader = "system:serviceaccount:shop:advisor";

    private readonly Key key = new("first");
    private readonly Key otherKey = new("other");
    private readonly string jwksFile = Path.GetTempFileName();
    private Service secured = null!;

    [OneTimeSetUp]
    public async Task StartSecuredAsync()
    {
        await File.WriteAllTextAsync(jwksFile, Jwks(key));
        secured = await Service.StartAsync(Service.ConnectionString, waitUntilReady: false, new Dictionary<string, string?>(Security.Tokens)
        {
            ["Authentication:Jwt:JwksFile"] = jwksFile,
            ["Authentication:Jwt:Issuer"] = Issuer,
            ["Authentication:Jwt:Audience"] = Audience,
            ["Authentication:Jwt:Writers:0"] = Writer,
        });
    }

    [OneTimeTearDown]
    public async Task StopSecuredAsync()
    {
        await secured.DisposeAsync();
        File.Delete(jwksFile);
        key.Dispose();
        otherKey.Dispose();
    }

    [TestCase(Writer, 200)]
    [TestCase(Reader, 403)]
    [TestCase(null, 403)]
    [TestCase("", 403)]
    public async Task A_subject_reads_and_writes_if_it_is_one_of_the_writers(string? subject, int write) =>
        Assert.That(await secured.AllowedAsync(Token(subject)), Is.EqualTo((200, write)));

    [TestCase("role")]
    [TestCase("roles")]
    [TestCase("http://schemas.microsoft.com/ws/2008/06/identity/claims/role")]
    public async Task A_claim_does_not_make_a_writer(string claim) =>
        Assert.That(await secured.AllowedAsync(Token(Reader, token => token.Claims = new Dictionary<string, object> { [claim] = "write" })), Is.EqualTo((200, 403)));

    [TestCaseSource(nameof(BadTokens))]
    public async Task A_token_that_is_not_good_is_refused(string why, Action<JwtTests, SecurityTokenDescriptor> spoil)
    {
        string token = Token(Writer, descriptor => spoil(this, descriptor));
        using HttpResponseMessage response = await secured.SendAsync(token, HttpMethod.Get, "/pod/info");
        await Problems.ReadAsync(response, HttpStatusCode.Unauthorized);
        Assert.That(response.Headers.WwwAuthenticate.Single().ToString(), Does.StartWith("Bearer error=\"invalid_token\""), why);
        Assert.That(await secured.AllowedAsync(token), Is.EqualTo((401, 401)), why);
    }

    [Test]
    public async Task A_token_changed_on_the_way_is_refused()
    {
        string[] reader = Token(Reader).Split('.');
        string[] writer = Token(Writer).Split('.');
        Assert.That(await secured.AllowedAsync($"{reader[0]}.{writer[1]}.{reader[2]}"), Is.EqualTo((401, 401)));
    }

    [Test]
    public async Task Plain_tokens_are_good_beside_JSON_web_tokens()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await secured.AllowedAsync(Security.ReadToken), Is.EqualTo((200, 403)));
            Assert.That(await secured.AllowedAsync(Security.WriteToken), Is.EqualTo((200, 200)));
            Assert.That(await secured.AllowedAsync("unknown-0123456789"), Is.EqualTo((401, 401)));
            Assert.That(await secured.AllowedAsync(null), Is.EqualTo((401, 401)));
        }
    }

    [Test]
    public async Task Keys_are_read_again_when_their_file_changes()
    {
        using Key next = new("next");
        string token = Token(Writer, descriptor => descriptor.SigningCredentials = next.Credentials);
        Assert.That(await secured.AllowedAsync(token), Is.EqualTo((401, 401)));
        await File.WriteAllTextAsync(jwksFile, Jwks(key, next));
        await Wait.UntilAsync(async () => await secured.AllowedAsync(token) == (200, 200));
        Assert.That(await secured.AllowedAsync(Token(Writer)), Is.EqualTo((200, 200)));
    }

    [Test]
    public async Task An_authority_says_who_it_is_and_where_its_keys_are()
    {
        await using WebApplication authority = await StartAuthorityAsync();
        await using Service service = await Service.StartAsync(Service.ConnectionString, waitUntilReady: false, new Dictionary<string, string?>
        {
            ["Authentication:Jwt:Authority"] = authority.Urls.Single(),
            ["Authentication:Jwt:RequireHttpsMetadata"] = "false",
            ["Authentication:Jwt:Audience"] = Audience,
            ["Authentication:Jwt:Writers:0"] = Writer,
        });
        string Issued(string subject) => Token(subject, token => token.Issuer = authority.Urls.Single());
        using (Assert.EnterMultipleScope())
        {
            await Wait.UntilAsync(async () => await service.AllowedAsync(Issued(Writer)) == (200, 200)); // the first questions to the authority may time out
            Assert.That(await service.AllowedAsync(Issued(Reader)), Is.EqualTo((200, 403)));
            Assert.That(await service.AllowedAsync(Token(Writer)), Is.EqualTo((401, 401)), "another issuer");
            Assert.That(await service.AllowedAsync(null), Is.EqualTo((401, 401)));
        }
    }

    [Test]
    public async Task While_the_authority_is_away_nobody_is_let_in_and_the_answer_is_a_503()
    {
        await using Service service = await Service.StartAsync(Service.ConnectionString, waitUntilReady: false, new Dictionary<string, string?>
        {
            ["Authentication:Jwt:Authority"] = "https://127.0.0.1:1",
            ["Authentication:Jwt:Audience"] = Audience,
        });
        using HttpResponseMessage response = await service.SendAsync(Token(Writer), HttpMethod.Get, "/pod/info");
        await Problems.ReadAsync(response, HttpStatusCode.ServiceUnavailable);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
            Assert.That(await service.AllowedAsync(null), Is.EqualTo((401, 401)));
            Assert.That(service.Log.GetSnapshot().Select(record => record.Message), Has.Some.StartsWith("Authentication:Jwt:Authority cannot be asked for its keys: "));
        }
    }

    [Test]
    public async Task An_authority_that_does_not_answer_is_given_up_within_two_seconds()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        await using Service service = await Service.StartAsync(Service.ConnectionString, waitUntilReady: false, new Dictionary<string, string?>
        {
            ["Authentication:Jwt:Authority"] = $"http://{silent.LocalEndpoint}",
            ["Authentication:Jwt:RequireHttpsMetadata"] = "false",
            ["Authentication:Jwt:Audience"] = Audience,
        });
        TimeSpan limit = TimeSpan.FromSeconds(2);
        TimeSpan took = await Wait.ShortestAsync(limit, async () =>
        {
            using HttpResponseMessage response = await service.SendAsync(Token(Writer), HttpMethod.Get, "/pod/info");
            await Problems.ReadAsync(response, HttpStatusCode.ServiceUnavailable);
            Assert.That(response.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
        });
        Assert.That(took, Is.LessThan(limit));
    }

    private static IEnumerable<TestCaseData> BadTokens()
    {
        static TestCaseData Bad(string why, Action<JwtTests, SecurityTokenDescriptor> spoil) => new(why, spoil) { TestName = $"A token is refused: {why}" };
        yield return Bad("expired", (_, token) => (token.NotBefore, token.Expires) = (DateTime.UtcNow.AddHours(-2), DateTime.UtcNow.AddHours(-1)));
        yield return Bad("not yet valid", (_, token) => token.NotBefore = DateTime.UtcNow.AddMinutes(30));
        yield return Bad("without an end", (_, token) => token.Expires = null);
        yield return Bad("for another audience", (_, token) => token.Audience = "vault");
        yield return Bad("for no audience", (_, token) => token.Audience = null);
        yield return Bad("of another issuer", (_, token) => token.Issuer = "https://elsewhere");
        yield return Bad("of no issuer", (_, token) => token.Issuer = null);
        yield return Bad("signed by another key", (test, token) => token.SigningCredentials = test.otherKey.Credentials);
        yield return Bad("signed by another key of the same name", (test, token) => token.SigningCredentials = new Key("first").Credentials);
        yield return Bad("signed with the public key as a password", (test, token) => token.SigningCredentials = test.key.AsPassword);
        yield return Bad("not signed", (_, token) => token.SigningCredentials = null);
    }

    private static string Jwks(params Key[] keys) => $$"""{ "keys": [{{string.Join(',', keys.Select(key => key.Jwk))}}] }""";

    private string Token(string? subject, Action<SecurityTokenDescriptor>? change = null)
    {
        SecurityTokenDescriptor token = new()
        {
            Issuer = Issuer,
            Audience = Audience,
            NotBefore = DateTime.UtcNow.AddMinutes(-1),
            Expires = DateTime.UtcNow.AddHours(1),
            SigningCredentials = key.Credentials,
        };
        change?.Invoke(token);
        if (subject is not null)
        {
            token.Claims = new Dictionary<string, object>(token.Claims ?? new Dictionary<string, object>()) { ["sub"] = subject };
        }

        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token);
    }

    private async Task<WebApplication> StartAuthorityAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication authority = builder.Build();
        authority.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = authority.Urls.Single(), jwks_uri = $"{authority.Urls.Single()}/keys" }));
        authority.MapGet("/keys", () => Results.Text(Jwks(key), "application/json"));
        await authority.StartAsync();
        return authority;
    }

    /// <summary>A key pair and its name.</summary>
    private sealed class Key(string id) : IDisposable
    {
        private readonly RSA rsa = RSA.Create(2048);

        public SigningCredentials Credentials => new(new RsaSecurityKey(rsa) { KeyId = id }, SecurityAlgorithms.RsaSha256);

        public SigningCredentials AsPassword => new(new SymmetricSecurityKey(rsa.ExportSubjectPublicKeyInfo()) { KeyId = id }, SecurityAlgorithms.HmacSha256);

        public string Jwk
        {
            get
            {
                RSAParameters parameters = rsa.ExportParameters(includePrivateParameters: false);
                return $$"""{ "use": "sig", "kty": "RSA", "alg": "RS256", "kid": "{{id}}", "n": "{{Base64UrlEncoder.Encode(parameters.Modulus)}}", "e": "{{Base64UrlEncoder.Encode(parameters.Exponent)}}" }""";
            }
        }

        public void Dispose() => rsa.Dispose();
    }
}
