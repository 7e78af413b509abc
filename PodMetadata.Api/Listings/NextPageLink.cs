using Microsoft.AspNetCore.Http.Extensions;
using PodMetadata.Api.Contracts;

namespace PodMetadata.Api.Listings;

/// <summary>The header <c>Link</c> with the next page of a listing (RFC 8288).</summary>
internal static class NextPageLink
{
    /// <summary>Links to the same request with another page token.</summary>
    public static void Set(HttpResponse response, string token)
    {
        HttpRequest request = response.HttpContext.Request;
        QueryBuilder query = new(request.Query.Where(pair => !pair.Key.Equals(PageToken.Parameter, StringComparison.OrdinalIgnoreCase))) { { PageToken.Parameter, token } };
        response.Headers.Link = $"<{UriHelper.BuildRelative(request.PathBase, request.Path, query.ToQueryString())}>; rel=\"next\"";
    }
}
