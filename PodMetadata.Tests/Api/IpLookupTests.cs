using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>Which pod GET /pod/ip answers with when several rows hold the IP.</summary>
public sealed class IpLookupTests(bool indexed) : OrderTests(indexed)
{
    private const string HostNetwork = """{"spec":{"hostNetwork":true}}""";

    private static string Phase(string phase) => $$$"""{"status":{"phase":"{{{phase}}}"}}""";

    [Test]
    public async Task A_live_pod_comes_before_a_dead_one_however_new() =>
        await BestAsync(("live", false, "{}", 1), ("dead", true, "{}", 9));

    [TestCase("Succeeded")]
    [TestCase("Failed")]
    public async Task A_finished_pod_ranks_as_dead(string phase)
    {
        await BestAsync(("running", false, Phase("Running"), 1), ("finished", false, Phase(phase), 9));
        await BestAsync(("finished", false, Phase(phase), 9), ("dead", true, Phase("Running"), 8));
    }

    [Test]
    public async Task A_pod_with_a_network_of_its_own_comes_before_one_on_its_nodes()
    {
        await BestAsync(("own", false, """{"spec":{"hostNetwork":false}}""", 1), ("host", false, HostNetwork, 9));
        await BestAsync(("host", false, HostNetwork, 1), ("own", true, "{}", 9));
    }

    [Test]
    public async Task The_newest_comes_first() => await BestAsync(("new", false, "{}", 9), ("old", false, "{}", 1));

    [Test]
    public async Task The_first_name_by_code_point_decides_at_last() => await BestAsync(("B", false, "{}", 5), ("a", false, "{}", 5));

    [TestCase("[]")]
    [TestCase("5")]
    [TestCase("""{"spec":[],"status":"Failed"}""")]
    [TestCase("""{"spec":{"hostNetwork":"true"},"status":{"phase":["Failed"]}}""")]
    public async Task A_manifest_of_another_shape_says_nothing(string manifest) =>
        await BestAsync(("odd", false, manifest, 9), ("plain", false, "{}", 5));

    [Test]
    public async Task A_manifest_that_is_replaced_counts_no_more()
    {
        await PostAsync("a", false, Phase("Succeeded"), 9);
        await PostAsync("b", false, "{}", 5);
        await PostAsync("a", false, Phase("Running"), 9);
        Assert.That(await AnswerAsync(), Is.EqualTo("a"));
    }

    private async Task BestAsync(params (string Name, bool IsDead, string Manifest, int Day)[] bestFirst)
    {
        foreach (bool reversed in new[] { false, true })
        {
            await Service.ClearAsync();
            foreach ((string name, bool isDead, string manifest, int day) in reversed ? bestFirst.Reverse() : bestFirst)
            {
                await PostAsync(name, isDead, manifest, day);
            }

            Assert.That(await AnswerAsync(), Is.EqualTo(bestFirst[0].Name));
        }
    }

    private async Task PostAsync(string name, bool isDead, string manifest, int day)
    {
        JsonObject record = PodJson.With();
        record["pod_name"] = name;
        record["is_dead"] = isDead;
        record["pod_obj"] = JsonNode.Parse(manifest);
        record["time_stamp"] = $"2026-05-0{day}T00:00:00";
        await Service.UpsertAsync(record);
    }

    private async Task<string> AnswerAsync() => (await Service.GetAsync("/pod/ip/10.244.1.5"))["pod_name"]!.GetValue<string>();
}
