using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.Net.Http.Headers;
using PodMetadata.Api.Errors;

namespace PodMetadata.Api.Controllers;

/// <summary>Accepts only application/json in UTF-8, plain or in a known Content-Encoding; anything else is a 415. Reads the whole body before the
/// action runs.</summary>
/// <remarks><see cref="ConsumesAttribute"/> also accepts application/*+json and lists of types, and throws on <c>charset=</c>. MVC's body reader
/// waits for an incomplete body without a limit, and gives up when the service is asked to stop.</remarks>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class JsonBodyAttribute : Attribute, IAsyncResourceFilter
{
    /// <summary>The only media type of a body.</summary>
    public const string Json = "application/json";

    // Those of the request decompression middleware.
    private const string Encodings = "gzip, br, deflate";

    // A client's Content-Length is not trusted: the buffer grows with what arrives.
    private const int FirstBuffer = 16 * 1024;

    public async Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)
    {
        HttpContext http = context.HttpContext;
        if (!IsJson(http.Request.ContentType))
        {
            context.Result = Unsupported(http);
            return;
        }

        if (!IsPlain(http.Request))
        {
            http.Response.Headers.AcceptEncoding = Encodings; // RFC 9110, section 15.5.16
            context.Result = Unsupported(http, $"Content-Encoding must be one of {Encodings}.");
            return;
        }

        using MemoryStream body = new(FirstBuffer);
        if (!await TryReadAsync(http, body))
        {
            context.ModelState.AddModelError("body", "The body cannot be decompressed: it is not what its Content-Encoding says.");
            context.Result = InvalidRequest.Problem(context);
            return;
        }

        http.Features.Set<IRequestBodyPipeFeature>(new WholeBody(body)); // one segment is parsed faster than many
        await next();
    }

    // The middleware removes the header of a body that it decompresses.
    private static bool IsPlain(HttpRequest request) =>
        request.Headers.ContentEncoding.ToString() is "" || request.Headers.ContentEncoding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase);

    /// <summary>False when the body is not in its encoding. What else goes wrong while it is read is thrown.</summary>
    private static async Task<bool> TryReadAsync(HttpContext http, MemoryStream body)
    {
        try
        {
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            return true;
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException) // the latter is BrotliStream's
        {
            return false;
        }
    }

    // UnsupportedMediaTypeResult adds a charset, which problem+json does not have.
    private static ProblemResult Unsupported(HttpContext http, string? detail = null) => new(
        http.RequestServices.GetRequiredService<ProblemDetailsFactory>().CreateProblemDetails(http, StatusCodes.Status415UnsupportedMediaType, detail: detail));

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
        && type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
        && type.Parameters.All(parameter => parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase)
            ? HeaderUtilities.RemoveQuotes(parameter.Value).Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            : parameter.Value.Length > 0);

    private sealed class WholeBody(MemoryStream body) : IRequestBodyPipeFeature
    {
        public PipeReader Reader { get; } = PipeReader.Create(new ReadOnlySequence<byte>(body.GetBuffer(), 0, (int)body.Length));
    }
}
