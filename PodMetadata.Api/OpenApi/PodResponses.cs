using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PodMetadata.Api.OpenApi;

/// <summary>Puts the answers of an operation in the order of their status codes, and names the header of a 503.</summary>
internal sealed class PodResponses : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        OpenApiResponses ordered = [];
        foreach ((string status, IOpenApiResponse response) in (operation.Responses ?? []).OrderBy(response => response.Key, StringComparer.Ordinal))
        {
            ordered.Add(status, response);
            if (status == "503" && response is OpenApiResponse unavailable)
            {
                unavailable.Headers = new Dictionary<string, IOpenApiHeader>
                {
                    ["Retry-After"] = new OpenApiHeader { Description = "Seconds to wait.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } },
                };
            }
        }

        operation.Responses = ordered;
        operation.Description = XmlText.OneLine(operation.Description);
    }
}
