using Microsoft.Net.Http.Headers;
using PodMetadata.Api.Contracts;

namespace PodMetadata.Api.Security;

/// <summary>The browser origins that may call the service: those of <c>Cors:Origins</c>, none by default.</summary>
internal static class BrowserOrigins
{
    private const string Section = "Cors";
    private const string Key = $"{Section}:Origins";

    /// <summary>Adds the platform's CORS for the configured origins.</summary>
    /// <exception cref="FormatException">An entry is not an origin.</exception>
    public static IServiceCollection AddBrowserOrigins(this IServiceCollection services, IConfiguration configuration)
    {
        string[] origins = Read(configuration);
        return services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(origins)
            .WithMethods(HttpMethods.Get, HttpMethods.Head, HttpMethods.Post)
            .WithHeaders(HeaderNames.Authorization, HeaderNames.ContentType)
            .WithExposedHeaders(HeaderNames.Link, HeaderNames.RetryAfter, MatchHeader.Name)));
    }

    /// <summary>Enables CORS if there are origins.</summary>
    public static WebApplication UseBrowserOrigins(this WebApplication app)
    {
        if (Read(app.Configuration).Length > 0)
        {
            app.UseCors();
        }

        return app;
    }

    private static string[] Read(IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection(Key);
        string[] origins = [.. section.GetChildren().Select(origin => origin.Value ?? "")];
        bool right = section.Exists() ? origins is ["*"] || (origins.Length > 0 && origins.All(IsOrigin)) : !configuration.GetSection(Section).Exists();
        return right ? origins : throw new FormatException($"{Key} must be a list of origins as browsers send them, such as https://pods.example.com, or of * alone.");
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        && address.GetLeftPart(UriPartial.Authority) == text;
}
