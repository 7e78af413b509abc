using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.RealCluster;

/// <summary>What the service says now, compared with what the server has.</summary>
internal sealed class StoredPods(HttpClient http, ApiServer api, PodJournal journal)
{
    private const int AtOnce = 4;
    private const int MaxQuestions = 1000;

    /// <summary>What differs; empty when nothing does.</summary>
    public async Task<string[]> DifferencesAsync()
    {
        ExpectedPods expected = await ExpectedPods.ReadAsync(api);
        string[] records = await RecordDifferencesAsync(expected);
        return records.Length > 0 ? records : await IpDifferencesAsync(expected);
    }

    /// <summary>The live records of all nodes against the pods. The listing of all shows one of several namesakes. Of a finished pod whose row a namesake
    /// has taken, only the lease is kept.</summary>
    private async Task<string[]> RecordDifferencesAsync(ExpectedPods expected)
    {
        Dictionary<string, JsonObject> stored = [];
        foreach (string node in expected.Pods.Select(pod => $"{pod["spec"]!["nodeName"]}").Distinct())
        {
            foreach (JsonObject record in await ListAsync($"/pod/list/{node}"))
            {
                stored.Add(KeyOf(record), record);
            }
        }

        Dictionary<string, JsonObject> pods = expected.Pods.ToDictionary(ExpectedPods.KeyOf);
        string[] shown = [.. (await ListAsync("/pod/info?live=true&fields=pod_name,pod_namespace")).Select(KeyOf)];
        return
        [
            .. pods.Where(pod => !stored.ContainsKey(pod.Key) && !(ExpectedPods.IsFinished(pod.Value) && journal.HasNamesake(pod.Key))).Select(pod => $"{pod.Key} is not stored"),
            .. stored.Keys.Where(key => !pods.ContainsKey(key)).Select(key => $"{key} is stored alive, and the server does not have it"),
            .. shown.Where(key => !pods.ContainsKey(key)).Select(key => $"{key} is listed alive, and the server does not have it"),
            .. pods.Where(pod => stored.ContainsKey(pod.Key)).Select(pod => expected.DifferenceOf(pod.Value, stored[pod.Key])).OfType<string>(),
        ];
    }

    /// <summary>Who has each IP by its newest record, and by its leases.</summary>
    private async Task<string[]> IpDifferencesAsync(ExpectedPods expected)
    {
        ILookup<string, JsonObject> pods = expected.Pods.ToLookup(pod => $"{pod["status"]!["podIP"]}");
        string[] ips = [.. pods.Select(group => group.Key).Union(journal.Ips)];
        JsonNode[] now = await ResolveAsync(http, ips.Select(ip => (ip, (DateTime?)null)));
        List<string> different = [];
        await Parallel.ForEachAsync(ips.Zip(now), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (asked, _) =>
        {
            (string ip, JsonNode answer) = asked;
            string[] holders = [.. pods[ip].Where(pod => !ExpectedPods.IsFinished(pod)).Select(ExpectedPods.KeyOf).Order(StringComparer.Ordinal)];
            using HttpResponseMessage one = await http.GetAsync($"/pod/ip/{ip}", CancellationToken.None);
            string match = one.StatusCode == HttpStatusCode.NotFound ? "unknown" : one.Headers.GetValues("Pod-Match").Single();
            string? pod = one.StatusCode == HttpStatusCode.NotFound ? null : KeyOf(JsonNode.Parse(await one.Content.ReadAsStringAsync(CancellationToken.None))!);
            bool isRight = holders.Length switch
            {
                0 => match is "dead" or "unknown",
                1 => match is "unique" && holders[0] == pod,
                _ => match is "shared" && holders.Contains(pod),
            };
            string[] open = [.. (await HistoryAsync(http, ip)).Where(lease => lease["valid_to"] is null).Select(KeyOf).Order(StringComparer.Ordinal)];
            string resolved = $"{answer["match"]} {(answer["pod"] is { } resolvedPod ? KeyOf(resolvedPod) : "")}";
            lock (different)
            {
                if (!isRight || resolved != $"{match} {pod}")
                {
                    different.Add($"{ip} is {match} {pod}, resolved as {resolved}; its holders are [{string.Join(", ", holders)}]");
                }

                if (!open.SequenceEqual(holders))
                {
                    different.Add($"{ip} has open leases of [{string.Join(", ", open)}]; its holders are [{string.Join(", ", holders)}]");
                }
            }
        });
        return [.. different];
    }

    /// <summary>The answers to questions, which may be about a moment.</summary>
    public static async Task<JsonNode[]> ResolveAsync(HttpClient http, IEnumerable<(string Ip, DateTime? At)> questions)
    {
        List<JsonNode> answers = [];
        foreach ((string Ip, DateTime? At)[] some in questions.Chunk(MaxQuestions))
        {
            JsonArray body = [.. some.Select(question => new JsonObject { ["ip"] = question.Ip, ["at"] = question.At })];
            using HttpResponseMessage answer = await http.PostAsync("/pod/resolve", new StringContent(body.ToJsonString(), null, "application/json"));
            string json = await answer.Content.ReadAsStringAsync();
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), json);
            answers.AddRange(JsonNode.Parse(json)!.AsArray()!);
        }

        return [.. answers];
    }

    /// <summary>The leases of an IP, the newest first.</summary>
    public static async Task<JsonNode[]> HistoryAsync(HttpClient http, string ip) => [.. JsonNode.Parse(await http.GetStringAsync($"/pod/ip/{ip}/history?limit=1000"))!.AsArray()!];

    /// <summary>The namespace and the name.</summary>
    public static string KeyOf(JsonNode record) => $"{record["pod_namespace"]}/{record["pod_name"]}";

    private async Task<JsonObject[]> ListAsync(string path) => [.. JsonNode.Parse(await http.GetStringAsync(path))!.AsArray().Select(record => record!.AsObject())];
}
