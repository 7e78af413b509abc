using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace PodMetadata.Api.Security;

/// <summary>Configures which JSON Web Tokens are valid, and the roles of their subjects.</summary>
internal sealed partial class ConfigureJwtBearer(IOptions<AccessOptions> access, ILogger<ConfigureJwtBearer> logger) : IConfigureNamedOptions<JwtBearerOptions>, IDisposable
{
    public const string SchemeName = "Jwt";

    private const string FileKey = $"{JwtOptions.Section}:{nameof(JwtOptions.JwksFile)}";

    // How long a request waits for the authority. A later answer still serves later requests.
    private static readonly TimeSpan AuthorityLimit = TimeSpan.FromSeconds(1.5);

    private readonly WatchedFile<IList<SecurityKey>>? keys =
        access.Value.Jwt?.JwksFile is { } path ? new WatchedFile<IList<SecurityKey>>(FileKey, path, Parse, logger) : null;

    public void Configure(JwtBearerOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, JwtBearerOptions options)
    {
        if (name != SchemeName || access.Value.Jwt is not { } jwt)
        {
            return;
        }

        options.Authority = jwt.Authority;
        options.Audience = jwt.Audience;
        options.RequireHttpsMetadata = jwt.RequireHttpsMetadata;
        options.BackchannelTimeout = TimeSpan.FromSeconds(5);
        options.MapInboundClaims = false;
        options.TokenValidationParameters.ValidIssuer = jwt.Issuer;
        options.TokenValidationParameters.ValidateIssuer = jwt.Issuer is not null || keys is null;
        if (keys is not null)
        {
            options.TokenValidationParameters.IssuerSigningKeyResolver = (_, _, _, _) => keys.Current;
        }

        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = RequireAuthorityAsync,
            OnTokenValidated = context =>
            {
                // A new identity, so that no claim of the token can be taken for a role.
                string subject = context.Principal?.FindFirstValue(JwtRegisteredClaimNames.Sub) ?? "";
                context.Principal = Roles.Caller(subject, jwt.Writers.Contains(subject) ? Roles.Write : Roles.Read, SchemeName);
                return Task.CompletedTask;
            },
        };
    }

    public void Dispose() => keys?.Dispose();

    /// <summary>While the authority is unreachable no token can be verified. That is not the caller's fault, so it is not a 401.</summary>
    private async Task RequireAuthorityAsync(MessageReceivedContext context)
    {
        if (BearerToken.Of(context.Request) is null || context.Options.ConfigurationManager is not { } authority)
        {
            return;
        }

        try
        {
            await authority.GetConfigurationAsync(CancellationToken.None).WaitAsync(AuthorityLimit, context.HttpContext.RequestAborted);
        }
        catch (Exception exception) when (exception is InvalidOperationException or TimeoutException)
        {
            LogAuthorityAway(exception.GetBaseException().Message);
            throw new BadHttpRequestException("The authority for tokens is out of reach. Try again.", StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static IList<SecurityKey> Parse(Stream json)
    {
        using StreamReader reader = new(json);
        string text = reader.ReadToEnd();
        try
        {
            IList<SecurityKey> found = new JsonWebKeySet(text).GetSigningKeys();
            return found.Count > 0 ? found : throw new InvalidDataException("It holds no key for signatures.");
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException("It is not a JSON web key set.", exception);
        }
    }

    [LoggerMessage(LogLevel.Error, "Authentication:Jwt:Authority cannot be asked for its keys: {Reason}")]
    private partial void LogAuthorityAway(string reason);
}
