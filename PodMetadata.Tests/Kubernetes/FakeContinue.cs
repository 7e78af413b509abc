using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>Where a list goes on, as the real server writes it.</summary>
/// <param name="Version">The version that the pages are of; negative for the newest at each page.</param>
/// <param name="Start">The first key that may be in the next page.</param>
internal sealed record FakeContinue([property: JsonPropertyName("rv")] long Version, [property: JsonPropertyName("start")] string Start)
{
    [JsonPropertyName("v")]
    public string Format { get; } = "meta.k8s.io/v1";

    /// <summary>The key after another.</summary>
    public static string After(string key) => key + '\0';

    public static FakeContinue Parse(string token)
    {
        try
        {
            return JsonSerializer.Deserialize<FakeContinue>(Base64Url.DecodeFromChars(token)) is { Start: not null } parsed
                ? parsed
                : throw new FormatException("It says nothing.");
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            throw FakeStatusException.BadRequest($"invalid continue token: continue key is not valid: {exception.Message}");
        }
    }

    public override string ToString() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this));
}
