using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using PodMetadata.Api.Contracts;
using PodMetadata.Api.Listings;
using PodMetadata.Domain;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PodMetadata.Api.OpenApi;

/// <summary>Completes an operation: a body is required, responses are ordered by status code and have their headers, a 404 for an IP has
/// two media types, and newline-delimited JSON is described by one of its lines, a pod.</summary>
internal sealed class PodResponses : IOperationFilter
{
    private static readonly IpMatch[] Matches = [IpMatch.Unique, IpMatch.Shared, IpMatch.Stale, IpMatch.Dead, IpMatch.Nearest];

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (operation.RequestBody is OpenApiRequestBody body)
        {
            body.Required = true;
        }

        OpenApiResponses ordered = [];
        foreach ((string status, IOpenApiResponse response) in (operation.Responses ?? []).OrderBy(response => response.Key, StringComparer.Ordinal))
        {
            ordered.Add(status, response);
            (string Name, string Description, OpenApiSchema Schema)? header = (status, operation.OperationId) switch
            {
                ("503", _) => ("Retry-After", "The number of seconds to wait.", new OpenApiSchema { Type = JsonSchemaType.Integer }),
                ("200", "FindPodByIp") => (MatchHeader.Name, MatchMeanings.Describe(Matches), new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Enum = [.. Matches.Select(match => JsonValue.Create(MatchHeader.Of(match)))],
                }),
                ("200", "ListPods" or "ListPodsOfNode" or "ListLeases") =>
                    ("Link", "The next page, with rel=\"next\". Absent on the last page.", new OpenApiSchema { Type = JsonSchemaType.String }),
                _ => null,
            };
            if (header is var (name, description, schema))
            {
                ((OpenApiResponse)response).Headers = new Dictionary<string, IOpenApiHeader>
                {
                    [name] = new OpenApiHeader { Description = description, Schema = schema },
                };
            }

            if (response.Content?.ContainsKey(NdJson.MediaType) == true)
            {
                response.Content[NdJson.MediaType] = new OpenApiMediaType { Schema = context.SchemaGenerator.GenerateSchema(typeof(PodRecord), context.SchemaRepository) };
            }

            if ((status, operation.OperationId) is ("404", "FindPodByIp"))
            {
                response.Content!["application/problem+json"] = new OpenApiMediaType
                {
                    Schema = context.SchemaGenerator.GenerateSchema(typeof(ProblemDetails), context.SchemaRepository),
                };
            }
        }

        operation.Responses = ordered;
        operation.Description = XmlText.OneLine(operation.Description);
    }
}
