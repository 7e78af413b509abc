using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PodMetadata.Tests.Api;

/// <summary>Many manifests at once, as a cluster has them: each reads back equal, and the listing is in order.</summary>
[Parallelizable]
public sealed partial class ManifestTests : ServiceTests
{
    private static readonly string Shared = Path.Combine(TestDatabase.Root, "..", "shared", "pods", "pods-real.ndjson.gz");

    [Test]
    public async Task A_made_up_cluster_reads_back_equal_and_in_order() => await RoundTripAsync(MadeUp(500));

    // The real manifests are other projects' data and not part of this repository; where they are not beside it, there is nothing to test.
    [Test]
    public async Task The_real_manifests_read_back_equal_and_in_order()
    {
        Assume.That(File.Exists(Shared), "no real manifests beside the repository");
        List<string> lines = [];
        using StreamReader reader = new(new GZipStream(File.OpenRead(Shared), CompressionMode.Decompress));
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Add(line);
        }

        await RoundTripAsync(lines);
    }

    private async Task RoundTripAsync(IEnumerable<string> records)
    {
        Dictionary<string, JsonObject> last = [];
        foreach (string record in records)
        {
            await Service.UpsertAsync(JsonNode.Parse(record)!);
            JsonObject expected = JsonNode.Parse(record)!.AsObject();
            expected["time_stamp"] = InUtc(expected["time_stamp"]!.GetValue<string>());
            last[expected["pod_name"]!.GetValue<string>()] = expected;
        }

        foreach ((string name, JsonObject expected) in last)
        {
            Assert.That(await Service.GetAsync("/pod/name/" + Uri.EscapeDataString(name)), Json.EqualTo(expected));
        }

        string[] ordered = [.. last.Values
            .OrderBy(pod => pod["pod_namespace"] is null)
            .ThenBy(pod => pod["pod_namespace"]?.GetValue<string>(), StringComparer.Ordinal)
            .ThenBy(pod => pod["pod_name"]!.GetValue<string>(), StringComparer.Ordinal)
            .Select(pod => pod["pod_name"]!.GetValue<string>())];
        Assert.That(await Service.NamesAsync("/pod/info"), Is.EqualTo(ordered));
    }

    // The platform would round what is beyond the microsecond.
    private static string InUtc(string timeStamp) =>
        DateTimeOffset.Parse(BeyondMicrosecond().Replace(timeStamp, ""), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            .UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<=\.[0-9]{6})[0-9]+")]
    private static partial Regex BeyondMicrosecond();

    private static IEnumerable<string> MadeUp(int count)
    {
        Random random = new(1);
        for (int i = 0; i < count; i++)
        {
            JsonObject record = PodJson.With();
            record["pod_name"] = $"app-{random.Next(count)}-{random.Next(3)}";
            record["pod_namespace"] = random.Next(10) is 0 ? null : $"team-{random.Next(20)}";
            record["pod_ip"] = random.Next(5) is 0 ? $"fd00::{random.Next(1, 9999):x}" : $"10.{random.Next(256)}.{random.Next(256)}.{random.Next(256)}";
            record["is_dead"] = random.Next(5) is 0;
            record["time_stamp"] = $"2026-05-12T10:{random.Next(60):00}:{random.Next(60):00}.{random.Next(1_000_000):000000}{(random.Next(2) is 0 ? "Z" : "+02:00")}";
            record["pod_obj"] = new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["labels"] = new JsonObject { ["app.kubernetes.io/name"] = $"app-{i}" },
                    ["annotations"] = new JsonObject { ["last-applied"] = "{\"kind\":\"Pod\",\"note\":\"löst \\\"alles\\\"\\n\"}", ["text"] = new string('x', random.Next(20_000)) },
                    ["deletionTimestamp"] = null,
                },
                ["spec"] = new JsonObject { ["hostNetwork"] = random.Next(4) is 0, ["priority"] = random.Next(), ["weight"] = random.NextDouble() },
                ["status"] = new JsonObject { ["phase"] = "Running", ["conditions"] = new JsonArray(true, null, 1.5) },
            };
            yield return record.ToJsonString();
        }
    }
}
