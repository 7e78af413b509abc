using System.Text.RegularExpressions;

namespace PodMetadata.Api.Hosting;

/// <summary>The path prefix under which a proxy publishes the service: the setting <c>PathBase</c>, none by default.</summary>
internal static partial class PathPrefix
{
    private const string Key = "PathBase";

    /// <summary>Moves the prefix from the path to <see cref="HttpRequest.PathBase"/>, from which links are built.</summary>
    /// <exception cref="FormatException">The setting is not a path prefix.</exception>
    public static WebApplication UsePathPrefix(this WebApplication app)
    {
        PathString prefix = Read(app.Configuration.GetSection(Key));
        if (prefix.HasValue)
        {
            app.UsePathBase(prefix);
            app.Use((context, next) =>
            {
                if (!context.Request.PathBase.HasValue)
                {
                    context.Request.PathBase = prefix; // the proxy removed it, and did not say so
                }

                return next(context);
            });
        }

        return app;
    }

    private static PathString Read(IConfigurationSection setting) =>
        setting.GetChildren().Any() || (!string.IsNullOrEmpty(setting.Value) && !Prefix().IsMatch(setting.Value))
            ? throw new FormatException($"{Key} must be a path such as /pods, of letters, digits and -._~ between slashes, without a slash at its end.")
            : new PathString(setting.Value);

    // No segment is . or .., which clients would resolve.
    [GeneratedRegex(@"^(/(?!\.{1,2}(/|\z))[A-Za-z0-9._~-]+)+\z")]
    private static partial Regex Prefix();
}
