using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>How sure the pod behind an IP is: now, then, and of many IPs at once.</summary>
public sealed class MatchTests : ServiceTests
{
    private const string Ip = "10.0.0.1";
    private const string Never = "2999-01-01T00:00:00";
    private const string Host = """{ "pod_obj": { "spec": { "hostNetwork": true } } }""";

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
                await Service.SqlAsync($"UPDATE pod_details SET posted_at = now() - interval '{(step == "stale" ? "5 minutes" : "4 minutes 55 seconds")}'");
            }
            else
            {
                name = step;
                await Service.UpsertAsync(Moments.Pod(++second, Ip, $$"""{ "pod_name": "{{name}}" }"""));
            }
        }

        return await AskAsync(null);
    }

    [Test]
    public async Task A_manifest_that_says_succeeded_is_dead()
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip, """{ "pod_obj": { "status": { "phase": "Succeeded" } } }"""));
        Assert.That(await AskAsync(null), Is.EqualTo("dead web-0 1"));
    }

    [Test]
    public async Task A_pod_whose_record_a_namesake_took_is_still_behind_its_ip()
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip));
        await Service.UpsertAsync(Moments.Pod(2, "10.0.0.2", """{ "pod_namespace": "b" }"""));
        JsonNode answers = JsonNode.Parse(await (await Service.PostAsync("/pod/resolve", """[{ "ip": "10.0.0.1" }, { "ip": "10.0.0.2" }]""")).Content.ReadAsStringAsync())!;
        Assert.That(answers.AsArray().Select(answer => $"{answer!["match"]} {answer["pod"]!["pod_namespace"]}"), Is.EqualTo(new[] { "unique a", "unique b" }));

        await Service.UpsertAsync(Moments.Pod(3, Ip, """{ "pod_name": "web-1" }"""));
        Assert.That(await AskAsync(null), Is.EqualTo("shared web-1 2"), "the table alone would say unique");
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
        Assert.That(await ResolveAsync("10.0.0.1", "10.0.0.2", "10.0.0.9"), Is.EqualTo(new[] { "unique a", "unknown ", "unique b" }));
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
        Assert.That(await ResolveAsync(Ip, "10.0.0.2"), Is.EqualTo(new[] { "unknown ", "unique b" }));
    }

    [TestCase("null", "\"a\"")]
    [TestCase("\"a\"", "null")]
    public async Task A_namespace_that_is_not_known_is_not_another_one(string first, string second)
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip, $$"""{ "pod_namespace": {{first}} }"""));
        await Service.UpsertAsync(Moments.Pod(2, Ip, $$"""{ "pod_namespace": {{second}} }"""));
        Assert.That(await AskAsync(null), Is.EqualTo("unique web-0 1"));
        Assert.That(await AskAsync(Moments.At(3)), Is.EqualTo("unique web-0 1"));
        Assert.That(await AskAsync(Moments.At(1.5)), Is.EqualTo("unique web-0 1"));

        await Service.UpsertAsync(Moments.Pod(4, "10.0.0.2", $$"""{ "pod_namespace": {{first}} }"""));
        Assert.That(await AskAsync(null), Is.EqualTo("404"), "it has another IP");
    }

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

        return await AskAsync(Moments.At(second));
    }

    [Test]
    public async Task Several_had_it_then()
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip, Host));
        await Service.UpsertAsync(Moments.Pod(2, Ip, """{ "pod_name": "web-2", "pod_obj": { "spec": { "hostNetwork": true } } }"""));
        Assert.That(await AskAsync(Moments.At(3)), Is.EqualTo("shared web-2 2"));
        await Service.UpsertAsync(Moments.Pod(1, Ip, """{ "pod_name": "web-1" }"""));
        Assert.That(await AskAsync(Moments.At(3)), Is.EqualTo("shared web-1 3"), "the one with a network of its own");
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
    public async Task The_ip_of_an_answer_is_canonical()
    {
        const string Short = "::102:304"; // PostgreSQL writes it ::1.2.3.4
        await Service.UpsertAsync(Moments.Pod(1, Short));
        Assert.That(await Service.GetAsync($"/pod/ip/{Short}?at={Moments.At(3)}"), Json.EqualTo(Moments.Pod(1, Short)));
        await Service.UpsertAsync(Moments.Pod(4, "10.0.0.2", """{ "pod_namespace": "b" }"""));
        JsonNode answers = JsonNode.Parse(await (await Service.PostAsync("/pod/resolve", $$"""[{ "ip": "{{Short}}" }]""")).Content.ReadAsStringAsync())!;
        Assert.That(answers[0]!["pod"]!["pod_ip"]!.GetValue<string>(), Is.EqualTo(Short));
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
        JsonNode answers = JsonNode.Parse(await (await Service.PostAsync("/pod/resolve", $"[{question}]")).Content.ReadAsStringAsync())!;
        Assert.That(
            answers.AsArray().Select(one => $"{one!["match"]} {one["pod"]?["pod_name"]} {one["candidates"]}"),
            Is.EqualTo(new[] { "unique web-0 1", "unique web-0 1", "unknown  0" }), "clocks may differ by a minute");
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
        JsonNode many = JsonNode.Parse(await (await Service.PostAsync("/pod/resolve", $$"""[{ "ip": "{{Ip}}", "at": "2020-02-01T00:00:00" }]""")).Content.ReadAsStringAsync())!;
        Assert.That(many, Json.EqualTo(JsonNode.Parse($$"""[{ "ip": "{{Ip}}", "match": "forgotten", "pod": null, "candidates": 0 }]""")!));
    }

    [Test]
    public async Task Many_are_answered_in_the_order_they_were_asked()
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip));
        JsonObject pod = Moments.Pod(1, Ip, """{ "pod_obj": null }""");
        string question = $$"""[{ "ip": "10.9.9.9" }, { "ip": "::ffff:{{Ip}}" }, { "ip": "10.0" }, {}, { "ip": "{{Ip}}", "at": "{{Moments.At(2)}}" }, { "ip": "{{Ip}}", "at": null }]""";
        JsonNode answers = JsonNode.Parse(await (await Service.PostAsync("/pod/resolve", question)).Content.ReadAsStringAsync())!;
        JsonObject Answer(string? ip, string match, bool found) => new() { ["ip"] = ip, ["match"] = match, ["pod"] = found ? pod.DeepClone() : null, ["candidates"] = found ? 1 : 0 };
        Assert.That(answers, Json.EqualTo(new JsonArray(
            Answer("10.9.9.9", "unknown", false), Answer($"::ffff:{Ip}", "unique", true), Answer("10.0", "malformed", false), Answer(null, "malformed", false),
            Answer(Ip, "unique", true), Answer(Ip, "unique", true))));
    }

    [Test]
    public async Task Nothing_is_asked_and_answered() =>
        Assert.That(await (await Service.PostAsync("/pod/resolve", "[]")).Content.ReadAsStringAsync(), Is.EqualTo("[]"));

    [TestCase("{}", "The body must be a JSON array of objects with the members ip and at.")]
    [TestCase("\"10.0.0.1\"", "The body must be a JSON array of objects with the members ip and at.")]
    [TestCase("null", "A non-empty request body is required.")]
    [TestCase("", "A non-empty request body is required.")]
    [TestCase("[null]", "[0] must be an object.")]
    [TestCase("[{}, 5]", "[1] must be an object whose members have names of Unicode text.")]
    [TestCase("""[{ "ip": 5 }]""", "[0].ip must be a string of Unicode text.")]
    [TestCase("""[{}, { "at": [] }]""", "[1].at must be a string of Unicode text.")]
    [TestCase("""[{ "ip": "\ud800" }]""", "[0].ip must be a string of Unicode text.")]
    [TestCase("""[{ "ip": "10.0.0.1", "at": "yesterday" }]""", "[0].at must be an ISO 8601 date and time such as 2026-05-12T10:32:14.123456.")]
    [TestCase("[", "The body is not valid JSON, at $")]
    [TestCase("""[{ "ip": "10.0.0.1" }, { "ip": ]""", "The body is not valid JSON, at $[1].ip")]
    public async Task What_is_no_list_of_questions_is_refused(string body, string reason)
    {
        JsonObject errors = await Service.RefusedAsync("/pod/resolve", body);
        Assert.That(errors.Single().Key, Is.EqualTo("body"));
        Assert.That(errors["body"]!.AsArray().Single()!.GetValue<string>(), reason.EndsWith('.') ? Is.EqualTo(reason) : Does.StartWith(reason));
    }

    [Test]
    public async Task Too_long_a_list_and_another_kind_of_text_are_refused()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/pod/resolve");
        request.Headers.ExpectContinue = true; // else the answer may meet a client that is still sending
        request.Content = new StringContent("[]".PadRight(4_194_305), null, "application/json");
        using HttpResponseMessage tooLong = await Service.Http.SendAsync(request);
        await Problems.ReadAsync(tooLong, HttpStatusCode.RequestEntityTooLarge);
        using HttpResponseMessage text = await Service.Http.PostAsync("/pod/resolve", new StringContent("[]", null, "text/plain"));
        await Problems.ReadAsync(text, HttpStatusCode.UnsupportedMediaType);
    }

    [TestCase(1000, HttpStatusCode.OK)]
    [TestCase(1001, HttpStatusCode.BadRequest)]
    public async Task How_many_may_be_asked(int count, HttpStatusCode status)
    {
        string body = $"[{string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{ "ip": "10.0.{{i / 250}}.{{i % 250}}" }"""))}]";
        using HttpResponseMessage answer = await Service.PostAsync("/pod/resolve", body);
        Assert.That(answer.StatusCode, Is.EqualTo(status));
    }

    /// <summary>The matches of some IPs now, and the namespaces of their pods.</summary>
    private async Task<string[]> ResolveAsync(params string[] ips)
    {
        using HttpResponseMessage answer = await Service.PostAsync("/pod/resolve", $"[{string.Join(',', ips.Select(ip => $$"""{ "ip": "{{ip}}" }"""))}]");
        return [.. JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray().Select(found => $"{found!["match"]} {found["pod"]?["pod_namespace"]}")];
    }

    /// <summary>The answer to one question: its match, pod and candidates. Both routes must say the same.</summary>
    private async Task<string> AskAsync(string? at)
    {
        using HttpResponseMessage one = await Service.Http.GetAsync(at is null ? $"/pod/ip/{Ip}" : $"/pod/ip/{Ip}?at={at}");
        using HttpResponseMessage many = await Service.PostAsync("/pod/resolve", new JsonArray(new JsonObject { ["ip"] = Ip, ["at"] = at }).ToJsonString());
        JsonNode answer = JsonNode.Parse(await many.Content.ReadAsStringAsync())![0]!;
        if (one.StatusCode == HttpStatusCode.NotFound)
        {
            Assert.That(answer["match"]!.GetValue<string>(), Is.EqualTo("unknown"));
            Assert.That(answer["pod"], Is.Null);
            return at is null ? "404" : $"404 {answer["candidates"]}";
        }

        JsonNode pod = JsonNode.Parse(await one.Content.ReadAsStringAsync())!;
        string match = one.Headers.GetValues("Pod-Match").Single();
        Assert.That((answer["match"]!.GetValue<string>(), answer["pod"]!["pod_name"]!.GetValue<string>()), Is.EqualTo((match, pod["pod_name"]!.GetValue<string>())));
        return $"{match} {pod["pod_name"]} {answer["candidates"]}";
    }
}
