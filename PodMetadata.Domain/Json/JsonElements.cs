using System.Text.Json;

namespace PodMetadata.Domain.Json;

/// <summary>Reads JSON of which any part may be missing or of another type.</summary>
public static class JsonElements
{
    /// <summary>The value at a path of member names; of kind <see cref="JsonValueKind.Undefined"/> when there is none.</summary>
    public static JsonElement At(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return default;
            }
        }

        return element;
    }

    /// <summary>The items of an array; none when the value is not an array.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement array) => array.ValueKind == JsonValueKind.Array ? array.EnumerateArray() : [];

    /// <summary>A string's text; null when the value is not a string.</summary>
    public static string? Text(this JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;
}
