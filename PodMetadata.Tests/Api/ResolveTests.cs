using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>The pods behind many IPs at once.</summary>
public sealed class ResolveTests : ServiceTests
{
    private const string Ip = "10.0.0.1";

    [Test]
    public async Task Many_are_answered_in_the_order_they_were_asked()
    {
        await Service.UpsertAsync(Moments.Pod(1, Ip));
        JsonObject pod = Moments.Pod(1, Ip, """{ "pod_obj": null }""");
        string question = $$"""[{ "ip": "10.9.9.9" }, { "ip": "::ffff:{{Ip}}" }, { "ip": "10.0" }, {}, { "ip": "{{Ip}}", "at": "{{Moments.At(2)}}" }, { "ip": "{{Ip}}", "at": null }]""";
        JsonArray answers = await Service.ResolveAsync(question);
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
}
