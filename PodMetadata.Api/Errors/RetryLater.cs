namespace PodMetadata.Api.Errors;

/// <summary>The answer that the service cannot serve now, but will.</summary>
internal static class RetryLater
{
    private const string Seconds = "1";

    /// <summary>503, to be tried again in a second.</summary>
    public static void Set(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.Headers.RetryAfter = Seconds;
    }
}
