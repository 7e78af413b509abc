using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using PodMetadata.Api.Contracts;

namespace PodMetadata.Api.Listings;

/// <summary>Serializer options that write only some members of pods.</summary>
/// <param name="json">The service's own options.</param>
public sealed class FieldSerializerOptions(IOptions<JsonOptions> json)
{
    // Options cache their type metadata, so they are created once. There are at most as many as sets of nine members.
    private readonly ConcurrentDictionary<string, JsonSerializerOptions> created = new();

    /// <summary>The options that write some members; the service's own when <paramref name="fields"/> is null.</summary>
    internal JsonSerializerOptions For(PodFields? fields) =>
        fields is null ? json.Value.JsonSerializerOptions : created.GetOrAdd(fields.Key, _ => Create(fields));

    private JsonSerializerOptions Create(PodFields fields)
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
