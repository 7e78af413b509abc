using System.Text.Json;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The header <c>Pod-Match</c>, which says how certain the pod behind an IP is.</summary>
internal static class MatchHeader
{
    public const string Name = "Pod-Match";

    // Indexed by the enum's value; each lookup needs one.
    private static readonly string[] Values = Array.ConvertAll(Enum.GetNames<IpMatch>(), JsonNamingPolicy.SnakeCaseLower.ConvertName);

    /// <summary>The header's value, equal to the match in JSON.</summary>
    public static string Of(IpMatch match) => Values[(int)match];
}
