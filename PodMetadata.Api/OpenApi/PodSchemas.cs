using Microsoft.OpenApi;
using PodMetadata.Api.Contracts;
using PodMetadata.Domain;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PodMetadata.Api.OpenApi;

/// <summary>Adds to the schemas what the contracts' types and attributes cannot say.</summary>
internal sealed class PodSchemas : ISchemaFilter
{
    private const string Labels = "workload_selector_labels";

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
}
