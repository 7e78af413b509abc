using System.Text.Json;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Bench;

/// <summary>10,000 manifests: made from real ones where the project's neighbour ../shared/pods is there, else made up with the same sizes.</summary>
internal static class Manifests
{
    public const int Count = 10_000;

    private const double Median = 5_000;
    private const double Spread = 0.63; // so that the 95th percentile is 14 KB
    private const double Largest = 32_000;

    private static readonly string Shared = Path.Combine(TestDatabase.Root, "..", "shared", "pods");

    private static readonly string[] Words = ["api", "cache", "cluster", "config", "data", "gateway", "internal", "metrics", "node", "orders", "proxy", "queue", "region", "secret", "service", "volume"];

    public static async Task<Manifest[]> ReadAsync()
    {
        string expand = Path.Combine(Shared, "expand.py");
        if (!File.Exists(expand))
        {
            return [.. Enumerable.Range(1, Count).Select(MakeUp)];
        }

        string lines = await Command.RunAsync("python3", [expand, "--input", Path.Combine(Shared, "pods-real.ndjson.gz"), "--count", $"{Count}", "--dead", "0"]);
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    private static Manifest Parse(string line)
    {
        using JsonDocument pod = JsonDocument.Parse(line);
        return new(Raw(pod, "pod_identity"), Raw(pod, "workload_selector_labels"), Raw(pod, "pod_obj"));
    }

    private static string Raw(JsonDocument pod, string member) => pod.RootElement.TryGetProperty(member, out JsonElement value) ? value.GetRawText() : "null";

    private static Manifest MakeUp(int number)
    {
        Random random = new(number);
        double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double size = Math.Min(Median * Math.Exp(Spread * normal), Largest);
        string name = $"{Words[random.Next(Words.Length)]}-{Words[random.Next(Words.Length)]}-{number}";
        JsonArray settings = [];
        for (int length = 300; length < size; length += settings[^1]!.ToJsonString().Length)
        {
            settings.Add(new JsonObject
            {
                ["name"] = string.Join('_', random.GetItems(Words, 3)).ToUpperInvariant(),
                ["value"] = $"https://{string.Join('.', random.GetItems(Words, 3))}:8443/{random.Next(100_000)}",
            });
        }

        JsonObject labels = new() { ["app"] = name };
        JsonObject manifest = new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels.DeepClone(), ["uid"] = new Guid(number, 0, 0, new byte[8]).ToString() },
            ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = $"registry.example.internal/{name}:1", ["env"] = settings }) },
            ["status"] = new JsonObject { ["phase"] = "Running" },
        };
        return new($"\"{name}\"", labels.ToJsonString(), manifest.ToJsonString());
    }
}
