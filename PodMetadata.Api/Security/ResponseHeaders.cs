namespace PodMetadata.Api.Security;

/// <summary>Security headers for browsers, on every response.</summary>
internal static class ResponseHeaders
{
    // For Swagger UI, the only page: it uses images in data: URLs and inline styles.
    private const string ContentSecurityPolicy =
        "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; img-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'";

    /// <summary>Sets the headers when a response starts, so that errors have them too.</summary>
    public static WebApplication UseResponseHeaders(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            context.Response.OnStarting(
                static response =>
                {
                    IHeaderDictionary headers = ((HttpResponse)response).Headers;
                    headers.ContentSecurityPolicy = ContentSecurityPolicy;
                    headers.XContentTypeOptions = "nosniff";
                    headers["Referrer-Policy"] = "no-referrer";
                    return Task.CompletedTask;
                },
                context.Response);
            return next(context);
        });
        return app;
    }
}
