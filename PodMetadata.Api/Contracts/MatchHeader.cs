using System.Text.Json;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The header that says how sure the pod behind an IP is.</summary>
internal static class MatchHeader
{
    /// <summary>Its name.</summary>
    public const string Name = "Pod-Match";

    // By number; every lookup needs one.
    private static readonly string[] Values = Array.ConvertAll(Enum.GetNames<IpMatch>(), JsonNamingPolicy.SnakeCaseLower.ConvertName);

    /// <summary>Its value, which is the match as JSON has it.</summary>
    public static string Of(IpMatch match) => Values[(int)match];
}
