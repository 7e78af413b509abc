namespace PodMetadata.Api.Security;

/// <summary>The configuration section <c>Authentication:Jwt</c>.</summary>
internal sealed class JwtOptions
{
    public const string Section = $"{AccessOptions.Section}:Jwt";

    /// <summary>The address of an OpenID Connect provider, which says where its keys are.</summary>
    public string? Authority { get; init; }

    /// <summary>Instead of an authority, a file with its keys, read again when it changes.</summary>
    public string? JwksFile { get; init; }

    /// <summary>Who must have issued a token; by default the authority, or with a file of keys whoever has one of them.</summary>
    public string? Issuer { get; init; }

    /// <summary>Whom a token must be meant for.</summary>
    public string? Audience { get; init; }

    /// <summary>The subjects that may write; all others read.</summary>
    public string[] Writers { get; init; } = [];

    /// <summary>Whether the authority must be asked over TLS; on by default.</summary>
    public bool RequireHttpsMetadata { get; init; } = true;
}
