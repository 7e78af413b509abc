using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.Net.Http.Headers;
using PodMetadata.Api.Errors;

namespace PodMetadata.Api.Controllers;

/// <summary>Takes application/json in UTF-8 and nothing else; another Content-Type is a 415.</summary>
/// <remarks>MVC's own <see cref="ConsumesAttribute"/> also takes application/*+json and lists of types, and throws on <c>charset=</c>.</remarks>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class JsonBodyAttribute : Attribute, IResourceFilter
{
    /// <summary>The one media type of a body.</summary>
    public const string Json = "application/json";

    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        if (!IsJson(context.HttpContext.Request.ContentType))
        {
            ProblemDetailsFactory problems = context.HttpContext.RequestServices.GetRequiredService<ProblemDetailsFactory>();
            context.Result = new ProblemResult(problems.CreateProblemDetails(context.HttpContext, StatusCodes.Status415UnsupportedMediaType));
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
        && type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
        && type.Parameters.All(parameter => parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase)
            ? HeaderUtilities.RemoveQuotes(parameter.Value).Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            : parameter.Value.Length > 0);
}
