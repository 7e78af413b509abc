using Microsoft.OpenApi;
using PodMetadata.Api.Contracts;
using PodMetadata.Domain;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PodMetadata.Api.OpenApi;

/// <summary>Adds to the schemas what the contracts' types and attributes cannot say.</summary>
internal sealed class PodSchemas : ISchemaFilter
{
    private const string Labels = "workload_selector_labels";
    private const string Pod = "pod";

    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema target)
        {
            return;
        }

        if (context.Type == typeof(IpMatch))
        {
            target.Description = MatchMeanings.Describe(Enum.GetValues<IpMatch>());
        }

        if (context.Type.Namespace != typeof(UpsertPodRequest).Namespace)
        {
            return;
        }

        target.AdditionalPropertiesAllowed = true; // unknown members are ignored
        foreach ((string name, IOpenApiSchema property) in target.Properties ?? new Dictionary<string, IOpenApiSchema>())
        {
            if (property is not OpenApiSchema member)
            {
                if (context.Type == typeof(ResolvedIp) && name == Pod)
                {
                    target.Properties![name] = OrNull(property);
                }

                continue; // a reference to another schema
            }

            member.Description = XmlText.OneLine(member.Description);
            if (target.Required?.Contains(name) == true && context.Type.Name.EndsWith("Request", StringComparison.Ordinal))
            {
                member.Type &= ~JsonSchemaType.Null;
            }

            if (name == Labels)
            {
                member.Type = JsonSchemaType.Object | JsonSchemaType.Null;
                member.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String };
            }
        }
    }

    // OpenAPI 3.0 cannot say it beside a reference: allOf with nullable still requires an object, and nullable needs a type.
    private static OpenApiSchema OrNull(IOpenApiSchema reference) => new()
    {
        Description = XmlText.OneLine(reference.Description),
        AnyOf = [reference, new OpenApiSchema { Type = JsonSchemaType.Object | JsonSchemaType.Null, Enum = [JsonNullSentinel.JsonNull] }],
    };
}
