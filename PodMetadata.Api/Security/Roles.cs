using System.Security.Claims;

namespace PodMetadata.Api.Security;

/// <summary>What a caller may do.</summary>
internal static class Roles
{
    public const string Read = "read";

    public const string Write = "write";

    /// <summary>A caller who is known by that name and has that role, and nothing else.</summary>
    public static ClaimsPrincipal Caller(string name, string role, string scheme) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.Role, role)], scheme));
}
