using Microsoft.OpenApi;
using PodMetadata.Api.Contracts;
using PodMetadata.Domain;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PodMetadata.Api.OpenApi;

/// <summary>What the wire types alone do not say: which members must be there, how long they may be, and what the JSON is.</summary>
internal sealed class PodSchemas : ISchemaFilter
{
    private static readonly Dictionary<Type, string[]> RequiredMembers = new()
    {
        [typeof(PodSpec)] = ["pod_name", "pod_ip", "node_name", "time_stamp"],
        [typeof(DeadPod)] = ["pod_name"],
    };

    private static readonly Dictionary<string, int> Lengths = new()
    {
        ["pod_name"] = PodText.MaxNameLength,
        ["node_name"] = PodText.MaxNameLength,
        ["pod_namespace"] = PodText.MaxNamespaceLength,
        ["pod_identity"] = PodText.MaxIdentityLength,
    };

    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (context.Type.Namespace != typeof(PodSpec).Namespace || schema is not OpenApiSchema { Properties: { } members } record)
        {
            return;
        }

        if (RequiredMembers.TryGetValue(context.Type, out string[]? required))
        {
            record.AdditionalPropertiesAllowed = true;
            record.Required = required.ToHashSet();
            foreach (string name in required)
            {
                ((OpenApiSchema)members[name]).Type = JsonSchemaType.String;
            }
        }

        foreach ((string name, IOpenApiSchema member) in members)
        {
            if (member is not OpenApiSchema target)
            {
                continue; // a reference to another schema
            }

            target.Description = XmlText.OneLine(target.Description);
            if (Lengths.TryGetValue(name, out int length))
            {
                target.MaxLength = length;
            }
            else if (name == "workload_selector_labels")
            {
                target.Type = JsonSchemaType.Object | JsonSchemaType.Null;
                target.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String };
            }
            else if (name is "time_stamp" or "valid_from" or "valid_to")
            {
                target.Format = null; // date-time would promise a zone
            }
        }
    }
}
