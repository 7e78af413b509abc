using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace PodMetadata.Api.Security;

/// <summary>Registers authentication, authorization and CORS.</summary>
internal static partial class SecurityServices
{
    /// <summary>Adds the authentication schemes, the policies that the controllers name, the allowed origins, and the server's certificate.</summary>
    public static IServiceCollection AddPodSecurity(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AccessOptions>().BindConfiguration(AccessOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessOptionsValidator>();
        services.AddSingleton<AccessTokens>();

        // AddAuthentication would also write data-protection keys to the home directory, for cookies that are not used here.
        services.AddAuthenticationCore().AddWebEncoders();
        services.AddSingleton<IAuthenticationConfigurationProvider, NoSchemeSettings>();
        new AuthenticationBuilder(services)
            .AddPolicyScheme(JwtBearerDefaults.AuthenticationScheme, displayName: null, scheme => scheme.ForwardDefaultSelector = SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, TokenHandler>(TokenHandler.SchemeName, configureOptions: null)
            .AddJwtBearer(ConfigureJwtBearer.SchemeName, _ => { });
        services.AddSingleton<IConfigureOptions<JwtBearerOptions>, ConfigureJwtBearer>();
        services.AddOptions<AuthenticationOptions>().Configure<IOptions<AccessOptions>>((authentication, access) =>
            authentication.DefaultScheme = access.Value.IsOn ? JwtBearerDefaults.AuthenticationScheme : null); // when it is off, nothing authenticates

        services.AddAuthorization();
        services.AddOptions<AuthorizationOptions>().Configure<IOptions<AccessOptions>>((authorization, access) =>
        {
            authorization.AddPolicy(Policies.Read, Permit(access.Value, Roles.Read, Roles.Write));
            authorization.AddPolicy(Policies.Write, Permit(access.Value, Roles.Write));
        });

        services.AddBrowserOrigins(configuration);
        services.AddSingleton<ServerCertificate>();
        services.AddOptions<KestrelServerOptions>().Configure<ServerCertificate>((kestrel, certificate) =>
        {
            kestrel.AddServerHeader = false;
            certificate.ApplyTo(kestrel);
        });
        return services;
    }

    /// <summary>Applies authentication and authorization, and warns at start when authentication is off.</summary>
    public static WebApplication UsePodSecurity(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<AccessOptions>>().Value.IsOn)
        {
            app.Lifetime.ApplicationStarted.Register(() => LogOpen(app.Logger));
        }

        // They read files; an invalid file must stop the start.
        app.Services.GetRequiredService<ServerCertificate>();
        app.Services.GetRequiredService<AccessTokens>();
        app.Services.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>().Get(ConfigureJwtBearer.SchemeName);

        app.UseBrowserOrigins();
        app.UseAuthentication();
        app.UseAuthorization();
        return app;
    }

    private static string SchemeOf(HttpContext context)
    {
        AccessOptions access = context.RequestServices.GetRequiredService<IOptions<AccessOptions>>().Value;
        bool isJwt = access.Jwt is not null && (!access.HasTokens || BearerToken.Of(context.Request)?.Contains('.') == true);
        return isJwt ? ConfigureJwtBearer.SchemeName : TokenHandler.SchemeName;
    }

    private static AuthorizationPolicy Permit(AccessOptions access, params string[] roles)
    {
        AuthorizationPolicyBuilder policy = new();
        return (access.IsOn ? policy.RequireRole(roles) : policy.RequireAssertion(_ => true)).Build();
    }

    // The authentication schemes require it; all settings are in AccessOptions.
    private sealed class NoSchemeSettings : IAuthenticationConfigurationProvider
    {
        public IConfiguration AuthenticationConfiguration { get; } = new ConfigurationManager();
    }

    [LoggerMessage(LogLevel.Warning, "Authentication is off: whoever reaches the port can read and write. Set Authentication:Tokens, Authentication:TokensFile or Authentication:Jwt.")]
    private static partial void LogOpen(ILogger logger);
}
