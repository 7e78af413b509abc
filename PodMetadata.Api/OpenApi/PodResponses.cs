using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using PodMetadata.Api.Controllers;
using PodMetadata.Domain;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PodMetadata.Api.OpenApi;

/// <summary>Puts the answers of an operation in the order of their status codes, and says what their attributes cannot: their headers, and
/// that a status has more than one kind of answer.</summary>
internal sealed class PodResponses : IOperationFilter
{
    private const string MatchDescription =
        "unique: the one live pod with the IP; shared: one of several; stale: live, but not posted for long, so that its node may be gone; "
        + "dead: only dead pods had it. With at, of those that had it then, unique or shared; nearest: nobody had it then, but this one so "
        + "shortly before or after that clocks may differ by as much.";

    private static readonly IpMatch[] Matches = [IpMatch.Unique, IpMatch.Shared, IpMatch.Stale, IpMatch.Dead, IpMatch.Nearest];

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        OpenApiResponses ordered = [];
        foreach ((string status, IOpenApiResponse response) in (operation.Responses ?? []).OrderBy(response => response.Key, StringComparer.Ordinal))
        {
            ordered.Add(status, response);
            (string Name, string Description, OpenApiSchema Schema)? header = (status, operation.OperationId) switch
            {
                ("503", _) => ("Retry-After", "Seconds to wait.", new OpenApiSchema { Type = JsonSchemaType.Integer }),
                ("200", "FindPodByIp") => (MatchHeader.Name, MatchDescription, new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Enum = [.. Matches.Select(match => JsonValue.Create(MatchHeader.Of(match)))],
                }),
                ("200", "ListPods" or "ListPodsOfNode" or "ListLeases") =>
                    ("Link", "The next page, with rel=\"next\"; not there when this is the last one.", new OpenApiSchema { Type = JsonSchemaType.String }),
                _ => null,
            };
            if (header is var (name, description, schema))
            {
                ((OpenApiResponse)response).Headers = new Dictionary<string, IOpenApiHeader>
                {
                    [name] = new OpenApiHeader { Description = description, Schema = schema },
                };
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
