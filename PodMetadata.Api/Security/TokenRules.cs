using System.Buffers;
using PodMetadata.Api.Hosting;

namespace PodMetadata.Api.Security;

/// <summary>The rules for static tokens.</summary>
internal static class TokenRules
{
    private const int MinLength = 16;

    // The characters of RFC 6750 except the dot, which marks a JSON Web Token.
    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~+/=");

    /// <summary>A sentence for each rule that a token breaks. It names the token's key, never the token.</summary>
    public static IEnumerable<string> Complaints(IConfiguration tokens)
    {
        HashSet<string> seen = [];
        foreach (IConfigurationSection token in tokens.GetChildren())
        {
            string? secret = token[nameof(AccessToken.Token)];
            if (secret is not { Length: >= MinLength } || secret.AsSpan().ContainsAnyExcept(Allowed))
            {
                yield return $"{token.Path}:{nameof(AccessToken.Token)} must be at least {MinLength} letters, digits or -_~+/= without spaces or dots.";
            }
            else if (!seen.Add(secret))
            {
                yield return $"{token.Path}:{nameof(AccessToken.Token)} is another token's too.";
            }

            if (token[nameof(AccessToken.Role)] is not (Roles.Read or Roles.Write))
            {
                yield return $"{token.Path}:{nameof(AccessToken.Role)} must be {Roles.Read} or {Roles.Write}.";
            }

            foreach (string complaint in UnknownSettings.Complaints<AccessToken>(token))
            {
                yield return complaint;
            }
        }
    }
}
