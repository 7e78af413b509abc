using Microsoft.Extensions.Options;
using PodMetadata.Api.Hosting;

namespace PodMetadata.Api.Security;

/// <summary>Rejects settings that would admit nobody or, by mistake, everybody.</summary>
internal sealed class AccessOptionsValidator(IConfiguration configuration) : IValidateOptions<AccessOptions>
{
    private const string TokensKey = $"{AccessOptions.Section}:{nameof(AccessOptions.Tokens)}";
    private const string AuthorityKey = $"{JwtOptions.Section}:{nameof(JwtOptions.Authority)}";
    private const string JwksFileKey = $"{JwtOptions.Section}:{nameof(JwtOptions.JwksFile)}";

    public ValidateOptionsResult Validate(string? name, AccessOptions options)
    {
        string[] complaints =
        [
            .. UnknownSettings.Complaints<AccessOptions>(configuration.GetSection(AccessOptions.Section)),
            .. TokenComplaints(configuration.GetSection(TokensKey)),
            .. JwtComplaints(configuration.GetSection(JwtOptions.Section), options.Jwt),
        ];
        return complaints.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(complaints);
    }

    private static IEnumerable<string> TokenComplaints(IConfigurationSection section) =>
        section.Exists() && !section.GetChildren().Any() ? [$"{TokensKey} must hold tokens, each with a Token and a Role."] : TokenRules.Complaints(section);

    private static IEnumerable<string> JwtComplaints(IConfigurationSection section, JwtOptions? jwt)
    {
        if (!section.Exists())
        {
            yield break;
        }

        foreach (string complaint in UnknownSettings.Complaints<JwtOptions>(section))
        {
            yield return complaint;
        }

        if (string.IsNullOrWhiteSpace(jwt?.Audience))
        {
            yield return $"{JwtOptions.Section}:{nameof(JwtOptions.Audience)} is missing: set it to the audience that tokens must be meant for.";
        }

        if (jwt?.Authority is null == jwt?.JwksFile is null)
        {
            yield return $"Set {AuthorityKey} or {JwksFileKey}, and not both.";
        }
        else if (jwt is { Authority: { } authority } && !IsAddress(authority, jwt.RequireHttpsMetadata))
        {
            yield return $"{AuthorityKey} must be an https address (or an http one, with {JwtOptions.Section}:{nameof(JwtOptions.RequireHttpsMetadata)}=false).";
        }
    }

    private static bool IsAddress(string text, bool requireHttps) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && !requireHttps));
}
