using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Net.Http.Headers;

namespace PodMetadata.Api.Controllers;

/// <summary>Answers 415 to a body whose content type cannot be read; MVC's own check trips over one such as <c>application/json; charset=</c>.</summary>
internal sealed class JsonBodyFilter : IResourceFilter
{
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        if (context.Filters.OfType<ConsumesAttribute>().Any() && context.HttpContext.Request.ContentType is { Length: > 0 } type && !IsWhole(type))
        {
            context.Result = new UnsupportedMediaTypeResult();
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }

    private static bool IsWhole(string contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type) && type.Parameters.All(parameter => parameter.Value.Length > 0);
}
