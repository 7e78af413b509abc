using System.Globalization;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Simulation.Watch;

/// <summary>The moments in a manifest.</summary>
internal static class ManifestTimes
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>Moves all of them.</summary>
    public static void Move(JsonNode? node, TimeSpan time)
    {
        switch (node)
        {
            case JsonObject members:
                foreach ((string name, JsonNode? value) in members.ToArray())
                {
                    Move(value, time);
                    if (value is JsonValue text && text.TryGetValue(out string? moment)
                        && DateTime.TryParseExact(moment, Format, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime at))
                    {
                        members[name] = (at + time).ToString(Format, CultureInfo.InvariantCulture);
                    }
                }

                break;
            case JsonArray items:
                foreach (JsonNode? item in items)
                {
                    Move(item, time);
                }

                break;
        }
    }
}
