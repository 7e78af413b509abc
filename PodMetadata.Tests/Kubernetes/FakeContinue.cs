using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>Where a list goes on, as the real server writes it.</summary>
/// <param name="Version">The version that the pages are of; negative for the newest at each page.</param>
/// <param name="Start">The first key that may be in the next page.</param>
internal sealed record FakeContinue(long Version, string Start)
{
    /// <summary>The key after another.</summary>
    public static string After(string key) => key + '\0';

    public static FakeContinue Parse(string token)
    {
        try
        {
            JsonNode content = JsonNode.Parse(Base64Url.DecodeFromChars(token))!;
            return new FakeContinue(content["rv"]!.GetValue<long>(), content["start"]!.GetValue<string>());
        }
        catch (Exception exception) when (exception is FormatException or JsonException or NullReferenceException)
        {
            throw FakeStatusException.BadRequest($"invalid continue token: continue key is not valid: {exception.Message}");
        }
    }

    public override string ToString() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = Version, ["start"] = Start }));
}
