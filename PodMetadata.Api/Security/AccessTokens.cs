using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace PodMetadata.Api.Security;

/// <summary>The valid tokens: those of the configuration, and those currently in the file.</summary>
internal sealed class AccessTokens : IDisposable
{
    private const string FileKey = $"{AccessOptions.Section}:{nameof(AccessOptions.TokensFile)}";

    private readonly Known[] configured;
    private readonly WatchedFile<Known[]>? file;

    public AccessTokens(IOptions<AccessOptions> options, ILogger<AccessTokens> logger)
    {
        configured = Digest(options.Value.Tokens);
        file = options.Value.TokensFile is { } path ? new WatchedFile<Known[]>(FileKey, path, Parse, logger) : null;
    }

    /// <summary>The name and the role of a token; null when it is not valid.</summary>
    public (string Name, string Role)? Find(string token)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        Known? found = null;
        foreach (Known known in configured.Concat(file?.Current ?? [])) // to the end, so that the time it takes tells nothing
        {
            if (CryptographicOperations.FixedTimeEquals(digest, known.Digest))
            {
                found = known;
            }
        }

        return found is null ? null : (found.Name, found.Role);
    }

    public void Dispose() => file?.Dispose();

    private Known[] Parse(Stream json)
    {
        IConfigurationRoot section;
        try
        {
            section = new ConfigurationBuilder().AddJsonStream(json).Build();
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"It is not valid JSON, in line {exception.LineNumber + 1}."); // the rest may quote a token
        }

        if (TokenRules.Complaints(section).FirstOrDefault() is { } complaint)
        {
            throw new InvalidDataException(complaint);
        }

        Known[] tokens = Digest(section.Get<Dictionary<string, AccessToken>>() ?? []);
        return tokens.Length == 0 ? throw new InvalidDataException("It holds no token.")
            : tokens.FirstOrDefault(token => configured.Any(other => other.Digest.SequenceEqual(token.Digest))) is { } twice
                ? throw new InvalidDataException($"{twice.Name}:{nameof(AccessToken.Token)} is in {AccessOptions.Section}:{nameof(AccessOptions.Tokens)} too.")
            : tokens;
    }

    private static Known[] Digest(Dictionary<string, AccessToken> tokens) =>
        [.. tokens.Select(token => new Known(token.Key, token.Value.Role!, SHA256.HashData(Encoding.UTF8.GetBytes(token.Value.Token!))))];

    private sealed record Known(string Name, string Role, byte[] Digest);
}
