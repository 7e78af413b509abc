using System.Numerics;
using System.Text.Json;

namespace PodMetadata.Tests.Api;

/// <summary>JSON texts by what they mean.</summary>
internal static class JsonValue
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    /// <summary>One spelling for all texts of the same value: members sorted and the last of equals, numbers exact and without exponent.</summary>
    public static string Normalized(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, Deep);
        return Normalized(document.RootElement);
    }

    private static string Normalized(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', Members(value).OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{JsonSerializer.Serialize(member.Key)}:{Normalized(member.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Normalized))}]",
        JsonValueKind.String => JsonSerializer.Serialize(value.GetString()),
        JsonValueKind.Number => Number(value.GetRawText()),
        _ => value.GetRawText(),
    };

    private static Dictionary<string, JsonElement> Members(JsonElement value)
    {
        Dictionary<string, JsonElement> members = [];
        foreach (JsonProperty member in value.EnumerateObject())
        {
            members[member.Name] = member.Value;
        }

        return members;
    }

    private static string Number(string text)
    {
        string[] parts = text.Split('e', 'E');
        int point = parts[0].IndexOf('.', StringComparison.Ordinal);
        BigInteger exponent = (parts.Length == 2 ? BigInteger.Parse(parts[1]) : 0) - (point < 0 ? 0 : parts[0].Length - point - 1);
        string digits = parts[0].Replace(".", "", StringComparison.Ordinal).TrimStart('-').TrimStart('0');
        string significant = digits.TrimEnd('0');
        return significant.Length == 0 ? "0" : $"{(text[0] == '-' ? "-" : "")}{significant}e{exponent + digits.Length - significant.Length}";
    }
}
