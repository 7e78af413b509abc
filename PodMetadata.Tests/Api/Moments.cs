using System.Globalization;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>Moments of one recent hour, by the second, and records of them.</summary>
internal static class Moments
{
    // Its fraction does not end in 0: the service writes no such zeros, and the tests compare texts.
    private static readonly DateTime Zero =
        new((DateTime.UtcNow.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond) - TimeSpan.TicksPerHour + 1_234_560);

    /// <summary>A second of that hour as the wire writes it.</summary>
    public static string At(double second) => Zero.AddSeconds(second).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    /// <summary>A record of web-0 in the namespace a on n1 as it was at a second.</summary>
    public static JsonObject Pod(double second, string ip, string changes = "{}")
    {
        JsonObject pod = PodJson.With($$"""{ "pod_name": "web-0", "pod_namespace": "a", "pod_ip": "{{ip}}", "node_name": "n1", "time_stamp": "{{At(second)}}" }""");
        foreach ((string member, JsonNode? value) in JsonNode.Parse(changes)!.AsObject())
        {
            pod[member] = value?.DeepClone();
        }

        return pod;
    }
}
