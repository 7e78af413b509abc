using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using PodMetadata.Api.Contracts;

namespace PodMetadata.Api.Controllers;

/// <summary>How pods are written when only some of their members are asked for.</summary>
public sealed class FieldOptions(IOptions<JsonOptions> json)
{
    // Making options takes longer than using them; there are no more of them than sets of nine members.
    private readonly ConcurrentDictionary<string, JsonSerializerOptions> made = new();

    /// <summary>The options that write the members of a list (see <see cref="PodFields"/>); the service's own when it is blank.</summary>
    public JsonSerializerOptions For(string? list) =>
        PodFields.Parse(list) is { } fields ? made.GetOrAdd(string.Join(',', fields.Order()), _ => Make(fields)) : json.Value.JsonSerializerOptions;

    private JsonSerializerOptions Make(HashSet<string> fields)
    {
        DefaultJsonTypeInfoResolver resolver = new();
        resolver.Modifiers.Add(type =>
        {
            foreach (JsonPropertyInfo other in type.Properties.Where(property => type.Type == typeof(PodRecord) && !fields.Contains(property.Name)).ToArray())
            {
                type.Properties.Remove(other);
            }
        });
        return new JsonSerializerOptions(json.Value.JsonSerializerOptions) { TypeInfoResolver = resolver };
    }
}
