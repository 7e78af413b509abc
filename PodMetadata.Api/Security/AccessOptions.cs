namespace PodMetadata.Api.Security;

/// <summary>The configuration section <c>Authentication</c>: who may read and write.</summary>
internal sealed class AccessOptions
{
    public const string Section = "Authentication";

    /// <summary>The tokens by a name of the operator's choice, or by index when they are a list.</summary>
    public Dictionary<string, AccessToken> Tokens { get; init; } = [];

    /// <summary>A JSON file with more tokens, read again when it changes.</summary>
    public string? TokensFile { get; init; }

    /// <summary>Which JSON Web Tokens are accepted.</summary>
    public JwtOptions? Jwt { get; init; }

    public bool HasTokens => Tokens.Count > 0 || TokensFile is not null;

    /// <summary>Whether callers must authenticate.</summary>
    public bool IsOn => HasTokens || Jwt is not null;
}
