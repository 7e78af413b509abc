namespace PodMetadata.Api.Security;

/// <summary>A bearer token, and the role of its bearer.</summary>
internal sealed class AccessToken
{
    public string? Token { get; init; }

    public string? Role { get; init; }
}
