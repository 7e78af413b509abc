using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.Net.Http.Headers;
using PodMetadata.Api.Errors;

namespace PodMetadata.Api.Controllers;

/// <summary>Accepts only application/json in UTF-8; any other Content-Type is a 415. Reads the whole body before the action runs.</summary>
/// <remarks><see cref="ConsumesAttribute"/> also accepts application/*+json and lists of types, and throws on <c>charset=</c>. MVC's body reader
/// waits for an incomplete body without a limit, and gives up when the service is asked to stop.</remarks>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class JsonBodyAttribute : Attribute, IAsyncResourceFilter
{
    /// <summary>The only media type of a body.</summary>
    public const string Json = "application/json";

    // A client's Content-Length is not trusted: the buffer grows with what arrives.
    private const int FirstBuffer = 16 * 1024;

    public async Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)
    {
        HttpContext http = context.HttpContext;
        if (!IsJson(http.Request.ContentType))
        {
            ProblemDetailsFactory problems = http.RequestServices.GetRequiredService<ProblemDetailsFactory>();
            // UnsupportedMediaTypeResult adds a charset, which problem+json does not have.
            context.Result = new ProblemResult(problems.CreateProblemDetails(http, StatusCodes.Status415UnsupportedMediaType));
            return;
        }

        using MemoryStream body = new(FirstBuffer);
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        http.Features.Set<IRequestBodyPipeFeature>(new WholeBody(body)); // one segment is parsed faster than many
        await next();
    }

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
