using Microsoft.Net.Http.Headers;

namespace PodMetadata.Api.Listings;

/// <summary>Newline-delimited JSON.</summary>
internal static class NdJson
{
    public const string MediaType = "application/x-ndjson";

    private static readonly MediaTypeHeaderValue Lines = new(MediaType);
    private static readonly MediaTypeHeaderValue Array = new("application/json");

    /// <summary>Whether the client prefers it to a JSON array.</summary>
    public static bool IsPreferred(HttpRequest request) =>
        request.Headers.Accept.Count > 0
        && MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted)
        && Quality(accepted, Lines) > Quality(accepted.Where(type => !type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase)), Array);

    private static double Quality(IEnumerable<MediaTypeHeaderValue> accepted, MediaTypeHeaderValue type) =>
        accepted.Where(type.IsSubsetOf).Select(range => range.Quality ?? 1).DefaultIfEmpty(0).Max();
}
