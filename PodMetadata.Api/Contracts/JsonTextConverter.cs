using System.Text.Json;
using System.Text.Json.Serialization;
using PodMetadata.Domain.Json;

namespace PodMetadata.Api.Contracts;

/// <summary>Reads and writes a JSON value as text, without building objects.</summary>
internal sealed class JsonTextConverter : JsonConverter<JsonText>
{
    public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonText.Read(ref reader);

    // A stored value was validated when it was posted.
    public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
}
