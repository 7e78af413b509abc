using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>How sure the pod behind an IP is now.</summary>
public sealed class MatchTests : ServiceTests
{
    private const string Ip = "10.0.0.1";

    [TestCase("", ExpectedResult = "404")]
    [TestCase("web-0", ExpectedResult = "unique web-0 1")]
    [TestCase("web-0 dead web-1", ExpectedResult = "unique web-1 1")]
    [TestCase("web-0 web-1", ExpectedResult = "shared web-1 2")]
    [TestCase("web-0 web-1 dead", ExpectedResult = "unique web-0 1")]
    [TestCase("web-0 dead web-1 dead", ExpectedResult = "dead web-1 2")]
    [TestCase("web-0 stale", ExpectedResult = "stale web-0 1")]
    [TestCase("web-0 fresh", ExpectedResult = "unique web-0 1")]
    [TestCase("web-0 stale web-0", ExpectedResult = "unique web-0 1")]
    [TestCase("web-0 stale web-1", ExpectedResult = "shared web-1 2")]
    public async Task<string> Now(string story)
    {
        string name = "";
        int second = 0;
        foreach (string step in story.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (step == "dead")
            {
                await Service.MarkDeadAsync($$"""{ "pod_name": "{{name}}" }""");
            }
            else if (step is "stale" or "fresh")
            {
                // Some time passes before the question.
                await Service.SqlAsync($"UPDATE pod_details SET posted_at = now() - interval '{(step == "stale" ? "5 minutes" : "4 minutes 30 seconds")}'");
            }
            else
            {
                name = step;
                await Service.UpsertAsync(Moments.Pod(++second, Ip, $$"""{ "pod_name": "{{name}}" }"""));
            }
        }

        return await Service.AskAsync(Ip, null);
    }

    [Test]
    public async Task A_manifest_that_says_succeeded_is_dead()
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip, """{ "pod_obj": { "status": { "phase": "Succeeded" } } }"""));
        Assert.That(await Service.AskAsync(Ip, null), Is.EqualTo("dead web-0 1"));
    }

    [Test]
    public async Task A_pod_whose_record_a_namesake_took_is_still_behind_its_ip()
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip));
        await Service.UpsertAsync(Moments.Pod(2, "10.0.0.2", """{ "pod_namespace": "b" }"""));
        Assert.That(await Service.MatchesAsync(Ip, "10.0.0.2"), Is.EqualTo(new[] { "unique a", "unique b" }));

        await Service.UpsertAsync(Moments.Pod(3, Ip, """{ "pod_name": "web-1" }"""));
        Assert.That(await Service.AskAsync(Ip, null), Is.EqualTo("shared web-1 2"), "the table alone would say unique");
    }

    [Test]
    public async Task Of_a_pod_whose_record_a_namesake_took_it_counts_what_was_seen_last()
    {
        const string Namesake = """{ "pod_namespace": "b" }""";
        foreach (int second in new[] { 10, 30, 20 })
        {
            await Service.UpsertAsync(Moments.Pod(second, Ip));
        }

        await Service.UpsertAsync(Moments.Pod(31, "10.0.0.9", Namesake));
        await Service.UpsertAsync(Moments.Pod(25, "10.0.0.2"));
        await Service.UpsertAsync(Moments.Pod(32, "10.0.0.9", Namesake));
        Assert.That(await Service.MatchesAsync("10.0.0.1", "10.0.0.2", "10.0.0.9"), Is.EqualTo(new[] { "unique a", "unknown ", "unique b" }));
    }

    [Test]
    public async Task A_pod_that_died_does_not_live_again_when_a_namesake_takes_its_record([Values] bool comesLate)
    {
        await Service.UpsertAsync(Moments.Pod(10, Ip));
        await Service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": "10.0.0.1" }""");
        if (comesLate)
        {
            await Service.UpsertAsync(Moments.Pod(15, Ip));
        }

        await Service.UpsertAsync(Moments.Pod(20, "10.0.0.2", """{ "pod_namespace": "b" }"""));
        Assert.That(await Service.MatchesAsync(Ip, "10.0.0.2"), Is.EqualTo(new[] { "unknown ", "unique b" }));
    }

    [TestCase("null", "\"a\"")]
    [TestCase("\"a\"", "null")]
    public async Task A_namespace_that_is_not_known_is_not_another_one(string first, string second)
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip, $$"""{ "pod_namespace": {{first}} }"""));
        await Service.UpsertAsync(Moments.Pod(2, Ip, $$"""{ "pod_namespace": {{second}} }"""));
        Assert.That(await Service.AskAsync(Ip, null), Is.EqualTo("unique web-0 1"));
        Assert.That(await Service.AskAsync(Ip, Moments.At(3)), Is.EqualTo("unique web-0 1"));
        Assert.That(await Service.AskAsync(Ip, Moments.At(1.5)), Is.EqualTo("unique web-0 1"));

        await Service.UpsertAsync(Moments.Pod(4, "10.0.0.2", $$"""{ "pod_namespace": {{first}} }"""));
        Assert.That(await Service.AskAsync(Ip, null), Is.EqualTo("404"), "it has another IP");
    }

    [Test]
    public async Task The_ip_of_an_answer_is_canonical()
    {
        const string Short = "::102:304"; // PostgreSQL writes it ::1.2.3.4
        await Service.UpsertAsync(Moments.Pod(1, Short));
        Assert.That(await Service.GetAsync($"/pod/ip/{Short}?at={Moments.At(3)}"), Json.EqualTo(Moments.Pod(1, Short)));
        await Service.UpsertAsync(Moments.Pod(4, "10.0.0.2", """{ "pod_namespace": "b" }"""));
        JsonArray answers = await Service.ResolveAsync($$"""[{ "ip": "{{Short}}" }]""");
        Assert.That(answers[0]!["pod"]!["pod_ip"]!.GetValue<string>(), Is.EqualTo(Short));
    }

    [Test]
    public async Task Only_the_pod_of_an_ip_has_a_match()
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip));
        string at = $"?at={Moments.At(2)}";
        string[] without =
            ["/pod/info", "/pod/name/web-0", "/pod/list/n1", $"/pod/ip/{Ip}/history", "/pod/ip/10.9.9.9", $"/pod/ip/10.9.9.9{at}", "/pod/ip/10.9", $"/pod/ip/10.9{at}"];
        (string Path, string Match)[] all = [.. without.Select(path => (path, "")), ($"/pod/ip/{Ip}", "unique"), ($"/pod/ip/{Ip}{at}", "unique")];
        foreach (HttpMethod method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            foreach ((string path, string match) in all)
            {
                using HttpRequestMessage request = new(method, path);
                using HttpResponseMessage answer = await Service.Http.SendAsync(request);
                Assert.That(answer.Headers.TryGetValues("Pod-Match", out IEnumerable<string>? values) ? values.Single() : "", Is.EqualTo(match), $"{method} {path}");
            }
        }

        using HttpResponseMessage many = await Service.PostAsync("/pod/resolve", $$"""[{ "ip": "{{Ip}}" }]""");
        Assert.That(many.Headers.Contains("Pod-Match"), Is.False);
    }
}
