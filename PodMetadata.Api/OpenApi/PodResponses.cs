using Microsoft.OpenApi;
using PodMetadata.Api.Controllers;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PodMetadata.Api.OpenApi;

/// <summary>Puts the answers of an operation in the order of their status codes, and names their headers.</summary>
internal sealed class PodResponses : IOperationFilter
{
    private const string MatchDescription =
        "unique: the one live pod with the IP; shared: one of several; stale: live, but not posted for long, so that its node may be gone; dead: only dead pods had it. With at, of those that had it then, unique or shared; nearest: nobody had it then, but this one so shortly before or after that clocks may differ by as much.";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        OpenApiResponses ordered = [];
        foreach ((string status, IOpenApiResponse response) in (operation.Responses ?? []).OrderBy(response => response.Key, StringComparer.Ordinal))
        {
            ordered.Add(status, response);
            (string Name, string Description, JsonSchemaType Type)? header = (status, operation.OperationId) switch
            {
                ("503", _) => ("Retry-After", "Seconds to wait.", JsonSchemaType.Integer),
                ("200", "FindPodByIp") => (PodController.MatchHeader, MatchDescription, JsonSchemaType.String),
                ("200", "ListPods" or "ListPodsOfNode" or "ListLeases") => ("Link", "The next page, with rel=\"next\"; not there when this is the last one.", JsonSchemaType.String),
                _ => null,
            };
            if (header is var (name, description, type))
            {
                ((OpenApiResponse)response).Headers = new Dictionary<string, IOpenApiHeader>
                {
                    [name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = type } },
                };
            }
        }

        operation.Responses = ordered;
        operation.Description = XmlText.OneLine(operation.Description);
    }
}
