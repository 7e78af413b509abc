using System.Security.Claims;

namespace PodMetadata.Api.Security;

/// <summary>The roles of callers.</summary>
internal static class Roles
{
    public const string Read = "read";

    public const string Write = "write";

    /// <summary>A principal with a name and a role, and no other claims.</summary>
    public static ClaimsPrincipal Caller(string name, string role, string scheme) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.Role, role)], scheme));
}
