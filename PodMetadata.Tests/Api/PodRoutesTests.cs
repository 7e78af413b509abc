using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>The six routes, line by line.</summary>
public sealed class PodRoutesTests : ServiceTests
{
    [Test]
    public async Task A_posted_pod_is_answered_as_it_is_stored_with_all_nine_members()
    {
        JsonNode answer = await Service.UpsertAsync(PodJson.With());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer, Json.EqualTo(PodJson.With()));
            Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Json.EqualTo(PodJson.With()));
            Assert.That(await Service.GetAsync("/pod/ip/10.244.1.5"), Json.EqualTo(PodJson.With()));
            Assert.That(await Service.GetAsync("/pod/info"), Json.EqualTo(new JsonArray(PodJson.With())));
            Assert.That(await Service.GetAsync("/pod/list/worker-1"), Json.EqualTo(new JsonArray(PodJson.With())));
        }
    }

    [Test]
    public async Task Optional_members_may_be_left_out_and_come_back_as_null()
    {
        JsonNode answer = await Service.UpsertAsync(JsonNode.Parse("""{"pod_name":"web-0","pod_ip":"10.1.2.3","node_name":"n1","time_stamp":"2026-05-12T10:32:14","unknown":[1]}""")!);
        Assert.That(answer, Json.EqualTo(JsonNode.Parse("""
            {"pod_name":"web-0","pod_namespace":null,"pod_ip":"10.1.2.3","node_name":"n1","is_dead":false,"pod_identity":null,
             "workload_selector_labels":null,"pod_obj":null,"time_stamp":"2026-05-12T10:32:14"}
            """)!));
    }

    [Test]
    public async Task A_second_post_replaces_the_first_whole_nulls_and_older_time_stamps_too()
    {
        await Service.UpsertAsync(PodJson.With());
        JsonObject second = PodJson.With("""
            {"pod_namespace":null,"pod_ip":"10.9.9.9","node_name":"n2","is_dead":true,"pod_identity":null,"workload_selector_labels":null,"pod_obj":null,"time_stamp":"2001-01-01T00:00:00"}
            """);
        await Service.UpsertAsync(second);
        Assert.That(await Service.GetAsync("/pod/info"), Json.EqualTo(new JsonArray(second.DeepClone())));
    }

    [Test]
    public async Task A_post_revives_a_dead_pod()
    {
        await Service.UpsertAsync(PodJson.With("""{"is_dead":true}"""));
        await Service.UpsertAsync(PodJson.With());
        Assert.That(await Service.NamesAsync("/pod/list/worker-1"), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Texts_are_trimmed_and_blank_is_null()
    {
        JsonNode answer = await Service.UpsertAsync(PodJson.With("""
            {"pod_name":" web-0\t","pod_namespace":"  ","pod_ip":" 10.1.1.1 ","node_name":" n1 ","time_stamp":" 2026-05-12T10:32:14Z "}
            """));
        Assert.That(answer, Json.EqualTo(PodJson.With("""
            {"pod_name":"web-0","pod_namespace":null,"pod_ip":"10.1.1.1","node_name":"n1","time_stamp":"2026-05-12T10:32:14"}
            """)));
    }

    [TestCase("pod_name", "\"web-1\"")]
    [TestCase("pod_namespace", "null")]
    [TestCase("pod_ip", "\"10.7.7.7\"")]
    [TestCase("node_name", "\"n2\"")]
    [TestCase("is_dead", "true")]
    [TestCase("pod_identity", "null")]
    [TestCase("workload_selector_labels", "{\"b\":\"1\"}")]
    [TestCase("pod_obj", "[1]")]
    [TestCase("time_stamp", "\"2001-01-01T00:00:00\"")]
    public async Task Of_a_repeated_member_the_last_counts(string member, string last)
    {
        using HttpResponseMessage response = await Service.PostAsync("/pod/spec", PodJson.With().ToJsonString()[..^1] + $",\"{member}\":{last}}}");
        JsonNode answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That(answer, Json.EqualTo(PodJson.With($$"""{"{{member}}":{{last}}}""")));
    }

    [TestCase("workload_selector_labels", """{"a":"1","b":"3","a":"2"}""", """{"a":"2","b":"3"}""")]
    [TestCase("pod_obj", """{"a":[1],"a":{"b":1,"b":2}}""", """{"a":{"b":2}}""")]
    public async Task Of_a_member_repeated_within_the_labels_or_the_manifest_the_last_counts(string member, string sent, string kept)
    {
        using HttpResponseMessage response = await Service.PostAsync("/pod/spec", PodJson.Without(member).ToJsonString()[..^1] + $",\"{member}\":{sent}}}");
        JsonNode answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That(answer[member], Json.EqualTo(JsonNode.Parse(kept)!));
    }

    [Test]
    public async Task A_member_in_another_case_is_an_unknown_one()
    {
        JsonNode answer = await Service.UpsertAsync(PodJson.With("""{"Pod_Identity":"other","POD_IP":"10.7.7.7","PodNamespace":"other","IS_DEAD":true}"""));
        Assert.That(answer, Json.EqualTo(PodJson.With()));
    }

    [Test]
    public async Task Mark_dead_with_the_ip_hits_only_that_name_with_that_ip()
    {
        await Service.UpsertAsync(PodJson.With());
        await Service.UpsertAsync(PodJson.With("""{"pod_name":"other"}"""));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.MarkDeadAsync("""{"pod_name":"my-app-7d9f6b8c4-x5z2w","pod_ip":"::ffff:10.244.1.5"}"""), Is.EqualTo("1"));
            Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Json.EqualTo(PodJson.With("""{"is_dead":true}""")));
            Assert.That(await Service.NamesAsync("/pod/list/worker-1"), Is.EqualTo(new[] { "other" }));
        }
    }

    [Test]
    public async Task Mark_dead_with_an_old_ip_leaves_the_restarted_pod_alive()
    {
        await Service.UpsertAsync(PodJson.With());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.MarkDeadAsync("""{"pod_name":"my-app-7d9f6b8c4-x5z2w","pod_ip":"10.244.1.4"}"""), Is.EqualTo("0"));
            Assert.That(await Service.NamesAsync("/pod/list/worker-1"), Has.Length.EqualTo(1));
        }
    }

    [TestCase("""{"pod_name":"my-app-7d9f6b8c4-x5z2w"}""")]
    [TestCase("""{"pod_name":" my-app-7d9f6b8c4-x5z2w ","pod_ip":" "}""")]
    [TestCase("""{"pod_name":"my-app-7d9f6b8c4-x5z2w","pod_ip":null}""")]
    public async Task Mark_dead_without_an_ip_goes_by_name_and_warns(string body)
    {
        await Service.UpsertAsync(PodJson.With());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.MarkDeadAsync(body), Is.EqualTo("1"));
            Assert.That(await Service.NamesAsync("/pod/list/worker-1"), Is.Empty);
            Assert.That(Service.Warnings(), Has.One.Contains("my-app-7d9f6b8c4-x5z2w"));
        }
    }

    [Test]
    public async Task Mark_dead_counts_a_pod_that_is_dead_already_and_none_that_is_unknown()
    {
        await Service.UpsertAsync(PodJson.With("""{"is_dead":true}"""));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.MarkDeadAsync("""{"pod_name":"my-app-7d9f6b8c4-x5z2w","pod_ip":"10.244.1.5"}"""), Is.EqualTo("1"));
            Assert.That(await Service.MarkDeadAsync("""{"pod_name":"unknown","pod_ip":"10.244.1.5"}"""), Is.EqualTo("0"));
        }
    }

    [Test]
    public async Task An_empty_table_lists_as_an_empty_array()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.Http.GetStringAsync("/pod/info"), Is.EqualTo("[]"));
            Assert.That(await Service.Http.GetStringAsync("/pod/list/worker-1"), Is.EqualTo("[]"));
        }
    }

    [Test]
    public async Task A_node_lists_its_live_pods_only()
    {
        await Service.UpsertAsync(PodJson.With("""{"pod_name":"live"}"""));
        await Service.UpsertAsync(PodJson.With("""{"pod_name":"dead","is_dead":true}"""));
        await Service.UpsertAsync(PodJson.With("""{"pod_name":"elsewhere","node_name":"worker-10"}"""));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.NamesAsync("/pod/list/worker-1"), Is.EqualTo(new[] { "live" }));
            Assert.That(await Service.NamesAsync("/pod/info"), Is.EqualTo(new[] { "dead", "elsewhere", "live" }));
        }
    }

    [TestCase("/pod/name/unknown")]
    [TestCase("/pod/name/a%2Fb")]
    [TestCase("/pod/ip/10.0.0.1")]
    [TestCase("/pod/ip/10.1")]
    [TestCase("/pod/ip/nonsense")]
    [TestCase("/pod/ip/fe80::1%25eth0")]
    public async Task No_pod_is_a_404_in_plain_text_whatever_Accept_says(string path)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Add("Accept", "application/json");
        using HttpResponseMessage response = await Service.Http.SendAsync(request);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/plain"));
            Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("No data found"));
        }
    }

    [TestCase("/pod/info", HttpStatusCode.OK)]
    [TestCase("/pod/list/worker-1", HttpStatusCode.OK)]
    [TestCase("/pod/name/my-app-7d9f6b8c4-x5z2w", HttpStatusCode.OK)]
    [TestCase("/pod/ip/10.244.1.5", HttpStatusCode.OK)]
    [TestCase("/pod/name/unknown", HttpStatusCode.NotFound)]
    public async Task Head_answers_as_get_without_the_body(string path, HttpStatusCode status)
    {
        await Service.UpsertAsync(PodJson.With());
        using HttpResponseMessage get = await Service.Http.GetAsync(path);
        using HttpRequestMessage request = new(HttpMethod.Head, path);
        using HttpResponseMessage head = await Service.Http.SendAsync(request);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(head.StatusCode, Is.EqualTo(status).And.EqualTo(get.StatusCode));
            Assert.That(head.Content.Headers.ContentType, Is.EqualTo(get.Content.Headers.ContentType));
            Assert.That(await head.Content.ReadAsStringAsync(), Is.Empty);
        }
    }

    [TestCase("a b")]
    [TestCase("a?b#c&d=e+f;g")]
    [TestCase("ünïcode-名前-😀")]
    [TestCase("a\\b\"c")]
    [TestCase("...")]
    [TestCase("a\nb")]
    [TestCase("A:b@c")]
    public async Task A_name_that_needs_percent_encoding_can_be_asked_for(string name)
    {
        JsonObject record = PodJson.With();
        record["pod_name"] = name;
        record["node_name"] = name;
        await Service.UpsertAsync(record);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.GetAsync("/pod/name/" + Uri.EscapeDataString(name)), Json.EqualTo(record));
            Assert.That(await Service.NamesAsync("/pod/list/" + Uri.EscapeDataString(name)), Is.EqualTo(new[] { name }));
        }
    }

    [Test]
    public async Task A_name_is_percent_decoded_once()
    {
        await Service.UpsertAsync(PodJson.With("""{"pod_name":"aAb"}"""));
        using HttpResponseMessage once = await Service.Http.GetAsync("/pod/name/a%41b");
        using HttpResponseMessage twice = await Service.Http.GetAsync("/pod/name/a%2541b");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(once.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(twice.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        }
    }

    [TestCase("/pod/name/%20", HttpStatusCode.NotFound, "No data found")]
    [TestCase("/pod/ip/%20", HttpStatusCode.NotFound, "No data found")]
    [TestCase("/pod/list/%20", HttpStatusCode.OK, "[]")]
    public async Task A_blank_path_segment_is_a_name_that_nothing_has(string path, HttpStatusCode status, string body)
    {
        using HttpResponseMessage response = await Service.Http.GetAsync(path);
        Assert.That(response.StatusCode, Is.EqualTo(status));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo(body));
    }
}
