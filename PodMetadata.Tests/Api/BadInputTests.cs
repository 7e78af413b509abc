using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using PodMetadata.Tests.Fuzz;

namespace PodMetadata.Tests.Api;

/// <summary>What is wrong gets an answer that names it, and changes nothing.</summary>
public sealed class BadInputTests : ServiceTests
{
    private const int DefaultLimit = 4_194_304;

    private static readonly string[] Required = ["pod_name", "pod_ip", "node_name", "time_stamp"];

    private static IEnumerable<TestCaseData<string, string>> BadMembers()
    {
        foreach ((string member, string value) in new[]
        {
            ("pod_name", "null"), ("pod_name", "5"), ("pod_name", "[]"), ("pod_name", "\".\""), ("pod_name", "\"..\""), ("pod_name", "\"a/b\""),
            ("pod_name", "\"a%b\""), ("pod_name", "\"a\\u0000b\""), ("pod_name", "\"a\\ud800b\""), ("pod_name", $"\"{new string('n', 254)}\""),
            ("pod_namespace", "5"), ("pod_namespace", "{}"), ("pod_namespace", "\"a\\u0000b\""), ("pod_namespace", $"\"{new string('n', 64)}\""),
            ("pod_ip", "null"), ("pod_ip", "\"\""), ("pod_ip", "\"10.1\""), ("pod_ip", "\"010.0.0.1\""), ("pod_ip", "\"fe80::1%eth0\""), ("pod_ip", "10"),
            ("node_name", "\" \""), ("node_name", "\"a/b\""), ("node_name", "true"),
            ("is_dead", "null"), ("is_dead", "\"true\""), ("is_dead", "0"),
            ("pod_identity", "[]"), ("pod_identity", $"\"{new string('i', 254)}\""), ("pod_identity", "\"\\udc00\""),
            ("pod_identity", $"\"x{new string(' ', 253)}\""), ("pod_identity", $"\"{new string(' ', 254)}\""), ("pod_identity", "\"\\u0000\""),
            ("workload_selector_labels", "[]"), ("workload_selector_labels", "\"a\""), ("workload_selector_labels", "{\"a\":1}"),
            ("workload_selector_labels", "{\"a\":null}"), ("workload_selector_labels", "{\"a\":{\"b\":\"c\"}}"), ("workload_selector_labels", "{\"a\":\"\\u0000\"}"),
            ("pod_obj", "{\"a\":\"\\u0000\"}"), ("pod_obj", "{\"\\u0000\":1}"), ("pod_obj", "\"\\ud800\""), ("pod_obj", "{\"\\udc00x\":1}"),
            ("pod_obj", "1e400"), ("pod_obj", "[-1e400]"), ("pod_obj", "1e-400"), ("pod_obj", "{\"a\":0e99999}"), ("pod_obj", "1e99999999999"),
            ("pod_obj", "0." + new string('1', 16384)), ("pod_obj", $"[{string.Join(',', Enumerable.Repeat("1e308", 14000))}]"),
            ("time_stamp", "null"), ("time_stamp", "\"\""), ("time_stamp", "\"yesterday\""), ("time_stamp", "\"2026-02-30T00:00:00\""), ("time_stamp", "1778581934"),
        })
        {
            yield return new TestCaseData<string, string>(member, value) { TestName = $"{{m}}({member}: {(value.Length > 40 ? value[..40] + "…" : value)})".Replace("\\u", "u", StringComparison.Ordinal) };
        }
    }

    [TestCaseSource(nameof(BadMembers))]
    public async Task A_bad_member_is_named_and_nothing_is_stored(string member, string value)
    {
        string body = PodJson.Without(member).ToJsonString()[..^1] + $",\"{member}\":{value}}}";
        JsonObject errors = await Service.RefusedAsync("/pod/spec", body);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(errors.Select(error => error.Key), Is.EqualTo(new[] { member }));
            Assert.That(errors[member]![0]!.GetValue<string>(), Does.StartWith(member).And.Contains("must"));
            Assert.That(await Service.Http.GetStringAsync("/pod/info"), Is.EqualTo("[]"));
        }
    }

    [Test]
    public async Task All_missing_members_are_named_at_once()
    {
        JsonObject errors = await Service.RefusedAsync("/pod/spec", "{}");
        Assert.That(errors.Select(error => error.Key), Is.EquivalentTo(Required));
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("\"text\"")]
    [TestCase("{\"pod_name\":")]
    [TestCase("{'pod_name':1}")]
    [TestCase("{\"pod_name\":\"a\"} trailing")]
    [TestCase("{\"\\ud800\":1}")]
    public async Task A_body_that_is_no_JSON_object_of_named_members_is_refused(string body)
    {
        JsonObject errors = await Service.RefusedAsync("/pod/spec", body);
        Assert.That(errors.Select(error => error.Key), Is.EqualTo(new[] { "body" }));
    }

    [TestCase("[]")]
    [TestCase("{\"\\ud800\":1}")]
    public async Task What_a_body_must_be_is_said_truly(string body)
    {
        JsonObject errors = await Service.RefusedAsync("/pod/spec", body);
        Assert.That(errors["body"]![0]!.GetValue<string>(), Is.EqualTo("The body must be a JSON object whose members have names of Unicode text."));
    }

    [Test]
    public async Task Invalid_UTF8_is_refused()
    {
        byte[] body = Encoding.Latin1.GetBytes(PodJson.With("""{"pod_obj":{"a":"X"}}""").ToJsonString().Replace('X', 'é'));
        using ByteArrayContent content = new(body) { Headers = { { "Content-Type", "application/json" } } };
        using HttpResponseMessage response = await Service.Http.PostAsync("/pod/spec", content);
        JsonNode problem = await Problems.ReadAsync(response, HttpStatusCode.BadRequest);
        Assert.That(problem["errors"]!["pod_obj"]![0]!.GetValue<string>(), Is.EqualTo("pod_obj must be valid UTF-8."));
    }

    [Test]
    public async Task Nesting_to_64_levels_is_taken_and_past_them_refused()
    {
        // The record itself is the first level.
        string Nested(int levels) => PodJson.Without("pod_obj").ToJsonString()[..^1] + $",\"pod_obj\":{new string('[', levels - 1)}{new string(']', levels - 1)}}}";
        using HttpResponseMessage deep = await Service.PostAsync("/pod/spec", Nested(64));
        JsonObject errors = await Service.RefusedAsync("/pod/spec", Nested(65));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(deep.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(errors["body"]![0]!.GetValue<string>(), Does.Contain("depth of 64").And.Contain("pod_obj"));
        }
    }

    [TestCase("""{"pod_ip":"10.1.2.3","pod_namespace":"ns-1"}""")]
    [TestCase("""{"pod_name":"","pod_ip":"10.1.2.3","pod_namespace":"ns-1"}""")]
    [TestCase("""{"pod_name":" \t","pod_ip":"10.1.2.3","pod_namespace":"ns-1"}""")]
    public async Task A_blank_name_is_refused_with_a_warning_that_says_where_it_came_from(string body)
    {
        await Service.RefusedAsync("/pod/spec", body);
        Assert.That(Service.Warnings(), Is.EqualTo(new[] { "Refused a pod without a name, with IP 10.1.2.3 and namespace ns-1" }));
    }

    [TestCase("""{"pod_ip":"10.1.2.3"}""")]
    [TestCase("""{"pod_name":"\t","pod_ip":"10.1.2.3"}""")]
    public async Task A_blank_name_to_mark_dead_is_refused_with_a_warning_that_says_where_it_came_from(string body)
    {
        await Service.RefusedAsync("/pod/mark_dead", body);
        Assert.That(Service.Warnings(), Is.EqualTo(new[] { "Refused to mark a pod dead without its name, with IP 10.1.2.3" }));
    }

    [Test]
    public async Task A_wrong_literal_is_shown_by_its_beginning_and_not_with_all_that_follows()
    {
        JsonObject errors = await Service.RefusedAsync("/pod/spec", """{"is_dead":tru,"pod_obj":{"secret":"manifest"}}""");
        Assert.That(errors["body"]![0]!.GetValue<string>(), Does.Contain("'tru,").And.Contain("invalid JSON literal").And.Not.Contain("manifest"));
    }

    [Test]
    public async Task A_long_path_is_cut()
    {
        JsonObject errors = await Service.RefusedAsync("/pod/spec", $"{{\"{new string('x', 100_000)}\":?}}");
        Assert.That(errors["body"]![0]!.GetValue<string>(), Has.Length.LessThan(1000));
    }

    [Test]
    public async Task A_body_in_wrong_chunks_is_a_400()
    {
        byte[] answer = await RawHttp.SendAsync(
            Service.Http.BaseAddress!.Port,
            "POST /pod/spec HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}"u8.ToArray(),
            TimeSpan.FromSeconds(10));
        Assert.That(FuzzAnswer.ReadAll(answer, toHead: false).Single().Status, Is.EqualTo(400));
    }

    [TestCase("/pod/spec", """{"pod_ip":"10.1.2.3\r\nwarn: forged\u2028","pod_namespace":"a\nb"}""")]
    [TestCase("/pod/spec", """{"pod_name":" ","pod_namespace":"a\u001b[31mb"}""")]
    [TestCase("/pod/mark_dead", """{"pod_ip":"10.1.2.3\r\nwarn: forged"}""")]
    [TestCase("/pod/mark_dead", """{"pod_name":"a\r\nwarn: forged"}""")]
    public async Task Nobody_can_forge_a_log_line(string path, string body)
    {
        using HttpResponseMessage response = await Service.PostAsync(path, body);
        Assert.That(Service.Warnings(), Has.Length.EqualTo(1).And.All.Matches<string>(line => !line.Any(char.IsControl) && !line.Contains('\u2028', StringComparison.Ordinal)));
    }

    [Test]
    public async Task A_log_line_does_not_take_what_has_no_end()
    {
        await Service.RefusedAsync("/pod/spec", $$"""{"pod_ip":"{{new string('x', 100_000)}}"}""");
        Assert.That(Service.Warnings().Single(), Has.Length.LessThan(1000));
    }

    [Test]
    public async Task Answers_are_UTF8_whatever_the_client_accepts()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/pod/info");
        request.Headers.Add("Accept-Charset", "utf-16");
        using HttpResponseMessage response = await Service.Http.SendAsync(request);
        Assert.That(await response.Content.ReadAsByteArrayAsync(), Is.EqualTo("[]"u8.ToArray()));
    }

    [TestCase("{}", "pod_name")]
    [TestCase("""{"pod_name":" ","pod_ip":"10.1.2.3"}""", "pod_name")]
    [TestCase("""{"pod_name":"a/b"}""", "pod_name")]
    [TestCase("""{"pod_name":"a","pod_ip":"nonsense"}""", "pod_ip")]
    [TestCase("""{"pod_name":"a","pod_ip":5}""", "pod_ip")]
    public async Task A_bad_mark_dead_is_refused(string body, string member)
    {
        await Service.UpsertAsync(PodJson.With("""{"pod_name":"a"}"""));
        JsonObject errors = await Service.RefusedAsync("/pod/mark_dead", body);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(errors.Select(error => error.Key), Is.EqualTo(new[] { member }));
            Assert.That(await Service.NamesAsync("/pod/list/worker-1"), Has.Length.EqualTo(1));
        }
    }

    [TestCase("application/json")]
    [TestCase("application/json; charset=utf-8")]
    [TestCase("application/json; charset=\"utf-8\"")]
    [TestCase("application/json; charset=UTF-8")]
    [TestCase("application/json; charset=\"UTF-8\"")]
    [TestCase("application/json;charset=utf-8;v=1")]
    [TestCase("application/json; v=1")]
    [TestCase("Application/JSON")]
    public async Task A_right_content_type_is_taken(string contentType)
    {
        using HttpResponseMessage response = await PostAsAsync(contentType);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase(null)]
    [TestCase("text/plain")]
    [TestCase("text/json")]
    [TestCase("application/xml")]
    [TestCase("application/x-www-form-urlencoded")]
    [TestCase("application/json; charset=utf-16")]
    [TestCase("application/json; charset=iso-8859-1")]
    [TestCase("application/json; charset=nonsense")]
    [TestCase("application/json; charset=")]
    [TestCase("application/json; x=; charset=utf-8")]
    [TestCase("application/json; charset=\"\"")]
    [TestCase("application/json; charset")]
    [TestCase("application/json; charset=utf-8; charset=utf-16")]
    [TestCase("application/json; v=")]
    [TestCase("application/json, text/plain")]
    [TestCase("application/problem+json")]
    [TestCase("application/merge-patch+json")]
    [TestCase("application/vnd.foo+json")]
    [TestCase("application/*")]
    [TestCase("*/*")]
    [TestCase("nonsense")]
    public async Task A_wrong_content_type_or_charset_is_a_415(string? contentType)
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (string path in new[] { "/pod/spec", "/pod/mark_dead" })
            {
                using HttpResponseMessage response = await PostAsAsync(contentType, path);
                await Problems.ReadAsync(response, HttpStatusCode.UnsupportedMediaType);
            }
        }
    }

    [TestCase("GET", "/pod/spec", "POST")]
    [TestCase("DELETE", "/pod/mark_dead", "POST")]
    [TestCase("POST", "/pod/info", "GET, HEAD")]
    [TestCase("PUT", "/pod/name/a", "GET, HEAD")]
    [TestCase("PATCH", "/pod/ip/10.0.0.1", "GET, HEAD")]
    [TestCase("OPTIONS", "/pod/list/n", "GET, HEAD")]
    public async Task A_wrong_method_is_a_405_that_says_what_is_allowed(string method, string path, string allowed)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        using HttpResponseMessage response = await Service.Http.SendAsync(request);
        await Problems.ReadAsync(response, HttpStatusCode.MethodNotAllowed);
        Assert.That(string.Join(", ", response.Content.Headers.Allow), Is.EqualTo(allowed));
    }

    [TestCase("/nowhere")]
    [TestCase("/pod")]
    [TestCase("/pod/name/")]
    [TestCase("/pod/list/")]
    [TestCase("/pod/name/a/b")]
    public async Task A_wrong_path_is_a_404_problem_whatever_Accept_says(string path)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Add("Accept", "text/html");
        using HttpResponseMessage response = await Service.Http.SendAsync(request);
        await Problems.ReadAsync(response, HttpStatusCode.NotFound);
    }

    [Test]
    public async Task A_body_over_the_limit_is_a_413([Values] bool chunked)
    {
        using HttpResponseMessage response = await PostOfLengthAsync(Service, DefaultLimit + 1, chunked);
        await Problems.ReadAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    // Of a chunked body, Kestrel counts the frames of the chunks too.
    [Test]
    public async Task A_body_as_long_as_the_limit_is_taken()
    {
        using HttpResponseMessage response = await PostOfLengthAsync(Service, DefaultLimit, chunked: false);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task The_limit_can_be_set()
    {
        await using Service small = await Service.StartAsync(configure: host => host.UseSetting("Kestrel:Limits:MaxRequestBodySize", "1000"));
        using HttpResponseMessage fits = await PostOfLengthAsync(small, 1000, chunked: false);
        using HttpResponseMessage tooLong = await PostOfLengthAsync(small, 1001, chunked: false);
        Assert.That(fits.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await Problems.ReadAsync(tooLong, HttpStatusCode.RequestEntityTooLarge);
    }

    private static async Task<HttpResponseMessage> PostOfLengthAsync(Service service, int length, bool chunked)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/pod/spec");
        request.Content = new StringContent(PodJson.With().ToJsonString().PadRight(length), Encoding.UTF8, "application/json");
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.ExpectContinue = true; // else the answer may meet a client that is still sending
        return await service.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> PostAsAsync(string? contentType, string path = "/pod/spec")
    {
        using ByteArrayContent content = new(Encoding.UTF8.GetBytes(PodJson.With().ToJsonString()));
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return await Service.Http.PostAsync(path, content);
    }
}
