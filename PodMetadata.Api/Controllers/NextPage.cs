using Microsoft.AspNetCore.Http.Extensions;

namespace PodMetadata.Api.Controllers;

/// <summary>Names the next page in the header <c>Link</c> (RFC 8288).</summary>
internal static class NextPage
{
    public const string Parameter = "continue";

    /// <summary>The request once more, from the place on that a token names.</summary>
    public static void Link(HttpResponse response, string token)
    {
        HttpRequest request = response.HttpContext.Request;
        QueryBuilder query = new(request.Query.Where(pair => !pair.Key.Equals(Parameter, StringComparison.OrdinalIgnoreCase))) { { Parameter, token } };
        response.Headers.Link = $"<{UriHelper.BuildRelative(request.PathBase, request.Path, query.ToQueryString())}>; rel=\"next\"";
    }
}
