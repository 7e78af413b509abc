namespace PodMetadata.Api.Security;

/// <summary>A secret that a caller shows, and what it lets the caller do.</summary>
internal sealed class AccessToken
{
    public string? Token { get; init; }

    public string? Role { get; init; }
}
