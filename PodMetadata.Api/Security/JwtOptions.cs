namespace PodMetadata.Api.Security;

/// <summary>The configuration section <c>Authentication:Jwt</c>.</summary>
internal sealed class JwtOptions
{
    public const string Section = $"{AccessOptions.Section}:Jwt";

    /// <summary>The address of an OpenID Connect provider, whose discovery document says where its keys are.</summary>
    public string? Authority { get; init; }

    /// <summary>A JSON Web Key Set file in place of an authority, read again when it changes.</summary>
    public string? JwksFile { get; init; }

    /// <summary>The required issuer; by default that of the authority, or any issuer with a file of keys.</summary>
    public string? Issuer { get; init; }

    /// <summary>The required audience.</summary>
    public string? Audience { get; init; }

    /// <summary>The subjects that may write; all others may only read.</summary>
    public string[] Writers { get; init; } = [];

    /// <summary>Whether the authority must be reached over TLS; on by default.</summary>
    public bool RequireHttpsMetadata { get; init; } = true;
}
