using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>How sure the pod is that was behind an IP at a moment.</summary>
public sealed class PastMatchTests : ServiceTests
{
    private const string Ip = "10.0.0.1";
    private const string Never = "2999-01-01T00:00:00";
    private const string Host = """{ "pod_obj": { "spec": { "hostNetwork": true } } }""";

    // web-0 has the IP from 100 to 200, web-1 from 1000 to 1100, and again from 1130 on.
    [TestCase(39.9, ExpectedResult = "404 0")]
    [TestCase(40, ExpectedResult = "nearest web-0 1")]
    [TestCase(99.9, ExpectedResult = "nearest web-0 1")]
    [TestCase(100, ExpectedResult = "unique web-0 1")]
    [TestCase(199.9, ExpectedResult = "unique web-0 1")]
    [TestCase(200, ExpectedResult = "nearest web-0 1")]
    [TestCase(260.1, ExpectedResult = "404 0")]
    [TestCase(1050, ExpectedResult = "unique web-1 1")]
    [TestCase(1110, ExpectedResult = "404 2")]
    [TestCase(1130, ExpectedResult = "unique web-1 1")]
    [TestCase(3500, ExpectedResult = "unique web-1 1")]
    public async Task<string> Then(double second)
    {
        await Service.UpsertAsync(Moments.Pod(100, Ip));
        await Service.UpsertAsync(Moments.Pod(200, "10.0.0.2"));
        foreach ((int at, string dead) in new[] { (1000, "false"), (1100, "true"), (1130, "false") })
        {
            await Service.UpsertAsync(Moments.Pod(at, Ip, $$"""{ "pod_name": "web-1", "is_dead": {{dead}} }"""));
        }

        return await Service.AskAsync(Ip, Moments.At(second));
    }

    [Test]
    public async Task Several_had_it_then()
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip, Host));
        await Service.UpsertAsync(Moments.Pod(2, Ip, """{ "pod_name": "web-2", "pod_obj": { "spec": { "hostNetwork": true } } }"""));
        Assert.That(await Service.AskAsync(Ip, Moments.At(3)), Is.EqualTo("shared web-2 2"));
        await Service.UpsertAsync(Moments.Pod(1, Ip, """{ "pod_name": "web-1" }"""));
        Assert.That(await Service.AskAsync(Ip, Moments.At(3)), Is.EqualTo("shared web-1 3"), "the one with a network of its own");
    }

    [Test]
    public async Task A_pod_of_the_past_is_as_it_was_when_it_got_the_ip()
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip));
        await Service.UpsertAsync(Moments.Pod(5, Ip, """{ "pod_identity": "later" }"""));
        JsonObject then = Moments.Pod(1, Ip);
        Assert.That(await Service.GetAsync($"/pod/ip/{Ip}?at={Moments.At(3)}"), Json.EqualTo(then), "the stored pod is that very one, and has its manifest");

        await Service.UpsertAsync(Moments.Pod(9, "10.0.0.2"));
        then["is_dead"] = true;
        then["pod_obj"] = null;
        Assert.That(await Service.GetAsync($"/pod/ip/{Ip}?at={Moments.At(3)}"), Json.EqualTo(then), "the stored pod is another");
    }

    [Test]
    public async Task A_pod_of_the_past_is_as_it_was_when_it_got_the_ip_though_that_is_told_late()
    {
        await Service.UpsertAsync(Moments.Pod(5, Ip, """{ "pod_identity": "later", "workload_selector_labels": null, "pod_obj": { "spec": { "hostNetwork": true } } }"""));
        await Service.UpsertAsync(Moments.Pod(1, Ip));
        Assert.That(await Service.GetAsync($"/pod/ip/{Ip}?at={Moments.At(6)}"), Json.EqualTo(Moments.Pod(1, Ip)));
        Assert.That((await Service.GetAsync($"/pod/ip/{Ip}/history"))[0]!["host_network"]!.GetValue<bool>(), Is.False);
    }

    [Test]
    public async Task A_dead_pod_that_is_stored_is_still_that_very_one()
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip));
        await Service.MarkDeadAsync("""{ "pod_name": "web-0" }""");
        Assert.That(await Service.GetAsync($"/pod/ip/{Ip}?at={Moments.At(3)}"), Json.EqualTo(Moments.Pod(1, Ip, """{ "is_dead": true }""")));
    }

    [Test]
    public async Task A_moment_may_have_an_offset()
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip));
        using HttpResponseMessage answer = await Service.Http.GetAsync($"/pod/ip/{Ip}?at={Moments.At(7203)}%2B02:00");
        Assert.That(answer.Headers.GetValues("Pod-Match"), Is.EqualTo(new[] { "unique" }));
    }

    [TestCase("yesterday", "must be an ISO 8601")]
    [TestCase("", "must be an ISO 8601")]
    public async Task A_bad_moment_is_refused(string at, string reason)
    {
        foreach (string before in new[] { "", "moment=x&" })
        {
            using HttpResponseMessage answer = await Service.Http.GetAsync($"/pod/ip/{Ip}?{before}at={at}");
            JsonNode problem = await Problems.ReadAsync(answer, HttpStatusCode.BadRequest);
            Assert.That(problem["errors"]!["at"]![0]!.GetValue<string>(), Does.Contain(reason));
        }

        JsonNode many = await Problems.ReadAsync(await Service.PostAsync("/pod/resolve", $$"""[{ "ip": "x" }, { "ip": "{{Ip}}", "at": "{{at}}" }]"""), HttpStatusCode.BadRequest);
        Assert.That(many["errors"]!["body"]![0]!.GetValue<string>(), Does.StartWith("[1].at ").And.Contain(reason));
    }

    [Test]
    public async Task Of_the_future_nobody_knows_and_other_questions_are_answered()
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip));
        using HttpResponseMessage answer = await Service.Http.GetAsync($"/pod/ip/{Ip}?at={Never}");
        JsonNode problem = await Problems.ReadAsync(answer, HttpStatusCode.BadRequest);
        Assert.That(problem["errors"]!["at"]![0]!.GetValue<string>(), Does.Contain("must not be in the future"));

        string soon = DateTime.UtcNow.AddSeconds(30).ToString("s", CultureInfo.InvariantCulture);
        string question = string.Join(',', new[] { Moments.At(2), soon, Never }.Select(at => $$"""{ "ip": "{{Ip}}", "at": "{{at}}" }"""));
        JsonArray answers = await Service.ResolveAsync($"[{question}]");
        Assert.That(
            answers.Select(one => $"{one!["match"]} {one["pod"]?["pod_name"]} {one["candidates"]}"),
            Is.EqualTo(new[] { "unique web-0 1", "unique web-0 1", "unknown  0" }), "clocks may differ by a minute");
    }

    [Test]
    public async Task At_a_moment_too_what_is_no_ip_is_a_404_that_says_so()
    {
        using HttpResponseMessage answer = await Service.Http.GetAsync($"/pod/ip/10.0?at={Moments.At(2)}");
        JsonNode problem = await Problems.ReadAsync(answer, HttpStatusCode.NotFound);
        Assert.That(problem["detail"]!.GetValue<string>(), Is.EqualTo("That is no IP."));
    }

    [Test]
    public async Task Of_what_is_no_longer_kept_nobody_guesses()
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip, """{ "time_stamp": "2020-01-01T00:00:00" }"""));
        using HttpResponseMessage answer = await Service.Http.GetAsync($"/pod/ip/{Ip}?at=2020-02-01T00:00:00");
        JsonNode problem = await Problems.ReadAsync(answer, HttpStatusCode.NotFound);
        Assert.That(problem["detail"]!.GetValue<string>(), Does.Contain("no longer kept"));
        JsonArray many = await Service.ResolveAsync($$"""[{ "ip": "{{Ip}}", "at": "2020-02-01T00:00:00" }]""");
        Assert.That(many, Json.EqualTo(JsonNode.Parse($$"""[{ "ip": "{{Ip}}", "match": "forgotten", "pod": null, "candidates": 0 }]""")!));
    }
}
