using Microsoft.OpenApi;
using PodMetadata.Api.Contracts;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PodMetadata.Api.OpenApi;

/// <summary>What the types alone do not say of the wire: free-form JSON, and which members must be there.</summary>
internal sealed class PodSchemas : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema target)
        {
            return;
        }

        if (context.Type == typeof(PodSpec))
        {
            target.Required = new HashSet<string> { "pod_name", "pod_ip", "node_name", "time_stamp" };
        }
        else if (context.Type == typeof(DeadPod))
        {
            target.Required = new HashSet<string> { "pod_name" };
        }

        if (target.Properties?.ContainsKey("pod_obj") == true)
        {
            target.Properties["pod_obj"] = new OpenApiSchema { Description = target.Properties["pod_obj"].Description };
            target.Properties["workload_selector_labels"] = new OpenApiSchema
            {
                Description = target.Properties["workload_selector_labels"].Description,
                Type = JsonSchemaType.Object | JsonSchemaType.Null,
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String },
            };
        }
    }
}
