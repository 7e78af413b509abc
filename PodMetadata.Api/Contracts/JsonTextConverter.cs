using System.Text.Json;
using System.Text.Json.Serialization;
using PodMetadata.Domain.Json;

namespace PodMetadata.Api.Contracts;

/// <summary>Takes a JSON value out of a document, and puts it into one, as the text it is.</summary>
internal sealed class JsonTextConverter : JsonConverter<JsonText>
{
    public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonText.Read(ref reader);

    // What is stored has been checked when it came in.
    public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
}
