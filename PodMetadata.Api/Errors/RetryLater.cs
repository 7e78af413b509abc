namespace PodMetadata.Api.Errors;

/// <summary>The response to a request that the service cannot serve now.</summary>
internal static class RetryLater
{
    private const string Seconds = "1";

    /// <summary>Sets 503 with a Retry-After of one second.</summary>
    public static void Set(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.Headers.RetryAfter = Seconds;
    }
}
