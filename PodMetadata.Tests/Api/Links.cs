using System.Text.RegularExpressions;

namespace PodMetadata.Tests.Api;

/// <summary>The header <c>Link</c>.</summary>
internal static partial class Links
{
    /// <summary>The path of the next page, or null when there is none.</summary>
    public static string? Next(HttpResponseMessage page) =>
        page.Headers.TryGetValues("Link", out IEnumerable<string>? values) ? NextLink().Match(values.Single()).Groups[1].Value : null;

    [GeneratedRegex("^<(/[^>]+)>; rel=\"next\"$")]
    private static partial Regex NextLink();
}
