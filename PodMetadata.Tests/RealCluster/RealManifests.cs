using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.RealCluster;

/// <summary>The pods of a real cluster, from ../shared/pods where that is: created with their owners and their status, and left alone.</summary>
internal sealed class RealManifests(ApiServer api, PodJournal journal)
{
    private const int AtOnce = 4;

    private static readonly string Folder = Path.Combine(TestDatabase.Root, "..", "shared", "pods");

    // What the server gives, and what a pod cannot be created with.
    private static readonly string[] ServersMembers = ["uid", "resourceVersion", "creationTimestamp", "selfLink", "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds"];

    private readonly Dictionary<string, JsonObject> owners = [];
    private readonly HashSet<string> made = [];

    /// <summary>Creates them. Returns how many; 0 when there are none to create.</summary>
    public async Task<int> CreateAsync()
    {
        if (!Directory.Exists(Folder))
        {
            return 0;
        }

        JsonObject[] records = ReadLargestCluster();
        foreach (JsonObject record in records)
        {
            await PrepareAsync(record);
        }

        int created = 0;
        await Parallel.ForEachAsync(records, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (record, _) =>
        {
            JsonObject pod = record["pod_obj"]!.AsObject();
            string path = $"/api/v1/namespaces/{pod["metadata"]!["namespace"]}/pods";
            try
            {
                await api.PostAsync(path, pod);
            }
            catch (HttpRequestException exception) when (exception.StatusCode is HttpStatusCode.UnprocessableEntity or HttpStatusCode.Forbidden)
            {
                await TestContext.Progress.WriteLineAsync($"A real manifest is not valid in this version: {exception.Message}");
                return;
            }

            await api.PatchAsync($"{path}/{pod["metadata"]!["name"]}/status", new JsonObject { ["status"] = pod["status"]!.DeepClone() });
            journal.Add(new PodStay(ExpectedPods.KeyOf(pod), $"{pod["status"]!["podIP"]}", ExpectedPods.StartOf(pod) ?? DateTime.UtcNow)
            {
                EarliestTo = ExpectedPods.EndOf(pod),
                To = ExpectedPods.EndOf(pod),
            });
            Interlocked.Increment(ref created);
        });
        return created;
    }

    private static JsonObject[] ReadLargestCluster()
    {
        string[][] index = [.. Lines("pods-real.index.tsv.gz").Skip(1).Select(line => line.Split('\t'))];
        string cluster = index.GroupBy(columns => columns[1]).MaxBy(group => group.Count())!.Key;
        HashSet<int> numbers = [.. index.Where(columns => columns[1] == cluster).Select(columns => int.Parse(columns[0], null))];
        return [.. Lines("pods-real.ndjson.gz").Where((_, line) => numbers.Contains(line + 1)).Select(line => JsonNode.Parse(line)!.AsObject())];
    }

    private static IEnumerable<string> Lines(string file)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(Path.Combine(Folder, file)), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Creates what a pod needs, and refers to what this server has instead of what its own cluster had.</summary>
    private async Task PrepareAsync(JsonObject record)
    {
        JsonObject pod = record["pod_obj"]!.AsObject();
        JsonObject metadata = pod["metadata"]!.AsObject();
        string podNamespace = $"{metadata["namespace"]}";
        Array.ForEach(ServersMembers, member => metadata.Remove(member));
        if (podNamespace is not ("kube-system" or "default") && made.Add(podNamespace))
        {
            await api.PostAsync("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = podNamespace } });
        }

        if (pod["spec"]!["priorityClassName"] is { } priority && !$"{priority}".StartsWith("system-", StringComparison.Ordinal) && made.Add($"priority {priority}"))
        {
            await api.PostAsync("/apis/scheduling.k8s.io/v1/priorityclasses", new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = $"{priority}" },
                ["value"] = pod["spec"]!["priority"]!.DeepClone(),
            });
        }

        if (metadata["ownerReferences"]?[0] is JsonObject reference && await OwnerAsync(podNamespace, reference, record["workload_selector_labels"] as JsonObject) is { } owner)
        {
            reference["uid"] = owner["metadata"]!["uid"]!.DeepClone();
            reference["apiVersion"] = owner["apiVersion"]!.DeepClone();
        }
    }

    private async Task<JsonObject?> OwnerAsync(string podNamespace, JsonObject reference, JsonObject? selector)
    {
        string kind = $"{reference["kind"]}";
        string name = $"{reference["name"]}";
        if (kind is not ("ReplicaSet" or "StatefulSet" or "DaemonSet") || selector is not { Count: > 0 })
        {
            return null;
        }

        string key = $"{kind} {podNamespace}/{name}";
        if (!owners.TryGetValue(key, out JsonObject? owner))
        {
            JsonObject? deployment = kind == "ReplicaSet" ? await DeploymentAsync(podNamespace, name[..name.LastIndexOf('-')], selector) : null;
            owners[key] = owner = await Workloads.CreateAsync(api, kind, podNamespace, name, selector, deployment);
        }

        return owner;
    }

    private async Task<JsonObject> DeploymentAsync(string podNamespace, string name, JsonObject selector)
    {
        string key = $"Deployment {podNamespace}/{name}";
        return owners.TryGetValue(key, out JsonObject? deployment) ? deployment : owners[key] = await Workloads.CreateAsync(api, "Deployment", podNamespace, name, selector);
    }
}
