using System.Globalization;
using System.Text;

namespace PodMetadata.Tests.Bench;

/// <summary>The pods of a whole cluster as their controllers know them. Each place in the cluster has an IP and a node for good, and one pod
/// after another. Only one thread at a time may post the pod of a place.</summary>
internal sealed class ClusterPods(int places, Manifest[] manifests)
{
    private const int Changing = 50;

    private static readonly byte[] End = "}"u8.ToArray();

    private readonly (byte[] Fields, byte[] Manifest)[] bodies = [.. manifests.Select(manifest => (
        Bytes($$""","pod_identity":{{manifest.Identity}},"workload_selector_labels":{{manifest.Labels}},"pod_obj":"""),
        Bytes(manifest.Json[1..])))];

    private readonly int[] changes = new int[places + 1];
    private readonly int[] replacements = new int[places + 1];

    private int unchanged;
    private int replaced;
    private int inserted;

    /// <summary>How many posts the service should have counted as what.</summary>
    public (int Unchanged, int Replaced, int Inserted) Outcomes => (unchanged, replaced, inserted);

    /// <summary>Counts from zero.</summary>
    public void Begin() => unchanged = replaced = inserted = 0;

    /// <summary>Posts a pod again. Each minute another fiftieth of the pods has changed: another status, the same labels.</summary>
    public void Post(RawClient client, int place, int minute)
    {
        bool hasChanged = (place + minute) % Changing == 0;
        changes[place] += hasChanged ? 1 : 0;
        Post(client, place);
        Interlocked.Increment(ref hasChanged ? ref replaced : ref unchanged);
    }

    /// <summary>Marks a pod dead, and posts another in its place.</summary>
    public void Replace(RawClient client, int place)
    {
        client.Post("/pod/mark_dead", Bytes($$"""{"pod_name":"{{Name(place)}}","pod_ip":"{{Ip(place)}}"}"""));
        replacements[place]++;
        changes[place] = 0;
        Post(client, place);
        Interlocked.Increment(ref inserted);
    }

    /// <summary>Resolves the IPs of some places.</summary>
    public static void Resolve(RawClient client, IEnumerable<int> places) =>
        client.Post("/pod/resolve", Bytes($"[{string.Join(',', places.Select(place => $$"""{"ip":"{{Ip(place)}}"}"""))}]"));

    /// <summary>The IP of a place.</summary>
    public static string Ip(int place) => string.Create(CultureInfo.InvariantCulture, $"10.{place / 65536}.{place / 256 % 256}.{place % 256}");

    private void Post(RawClient client, int place)
    {
        (byte[] fields, byte[] manifest) = bodies[(place - 1) % bodies.Length];
        client.Post(
            "/pod/spec",
            Bytes($$"""{"pod_name":"{{Name(place)}}","pod_namespace":"ns-{{place % 80}}","pod_ip":"{{Ip(place)}}","node_name":"node-{{place / WholeCluster.PodsPerNode}}","time_stamp":"{{DateTime.UtcNow:yyyy-MM-dd'T'HH:mm:ss.ffffff}}","is_dead":false"""),
            fields,
            changes[place] == 0 ? "{"u8.ToArray() : Bytes($"{{\"changes\":{changes[place]},"),
            manifest,
            End);
    }

    private string Name(int place) => replacements[place] == 0 ? $"pod-{place}" : $"pod-{place}-{replacements[place]}";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
