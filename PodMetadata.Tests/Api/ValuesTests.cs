using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>What goes in comes out: moments, addresses, manifests.</summary>
public sealed class ValuesTests : ServiceTests
{
    [TestCase("2026-05-12T10:32:14", "2026-05-12T10:32:14")]
    [TestCase("2026-05-12T10:32:14.123", "2026-05-12T10:32:14.123")]
    [TestCase("2026-05-12T10:32:14.123456", "2026-05-12T10:32:14.123456")]
    [TestCase("2026-05-12T10:32:14.123456999", "2026-05-12T10:32:14.123456")]
    [TestCase("2026-05-12T10:32:14.1234567Z", "2026-05-12T10:32:14.123456")]
    [TestCase("2026-05-12T10:32:14Z", "2026-05-12T10:32:14")]
    [TestCase("2026-05-12T10:32:14+02:00", "2026-05-12T08:32:14")]
    [TestCase("2026-05-12T22:32:14.5-05:30", "2026-05-13T04:02:14.5")]
    [TestCase("2024-02-29T23:59:59.999999999Z", "2024-02-29T23:59:59.999999")]
    [TestCase("0001-01-01T00:00:00", "0001-01-01T00:00:00")]
    [TestCase("9999-12-31T23:59:59.999999999", "9999-12-31T23:59:59.999999")]
    public async Task A_moment_is_kept_in_UTC_to_the_microsecond_and_written_without_a_zone(string sent, string kept)
    {
        JsonNode posted = await Service.UpsertAsync(PodJson.With($$"""{"time_stamp":"{{sent}}"}"""));
        JsonNode found = await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(posted["time_stamp"]!.GetValue<string>(), Is.EqualTo(kept));
            Assert.That(found, Json.EqualTo(posted));
            Assert.That(await Service.SqlAsync("SELECT isfinite(time_stamp) FROM pod_details"), Is.True);
        }
    }

    [TestCase("10.1.2.3", "10.1.2.3", "::ffff:10.1.2.3", "::FFFF:0a01:0203")]
    [TestCase("2001:DB8:0:0:0:0:0:1", "2001:db8::1", "2001:0db8::0001", "2001:db8:0::1")]
    [TestCase("::ffff:10.1.2.3", "10.1.2.3", "10.1.2.3", "0:0:0:0:0:ffff:10.1.2.3")]
    [TestCase("fd00:1:0:0:1:0:0:1", "fd00:1::1:0:0:1", "fd00:1:0:0:1::1", "FD00:0001::1:0:0:1")]
    public async Task An_address_is_kept_in_canonical_form_and_found_by_any(string sent, string kept, params string[] asked)
    {
        JsonNode posted = await Service.UpsertAsync(PodJson.With($$"""{"pod_ip":"{{sent}}"}"""));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(posted["pod_ip"]!.GetValue<string>(), Is.EqualTo(kept));
            foreach (string form in asked.Append(sent).Append(kept))
            {
                Assert.That(await Service.GetAsync("/pod/ip/" + form), Json.EqualTo(posted), form);
                Assert.That(await Service.MarkDeadAsync($$"""{"pod_name":"my-app-7d9f6b8c4-x5z2w","pod_ip":"{{form}}"}"""), Is.EqualTo("1"), form);
                await Service.UpsertAsync(posted);
            }
        }
    }

    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("\"text\"")]
    [TestCase("5")]
    [TestCase("true")]
    [TestCase("[null,{\"a\":null}]")]
    [TestCase("12345678901234567890")]
    [TestCase("[0.1,1e2,1.50,-0,1e308,5e-324,123456789012345678901234567890.123456789]")]
    [TestCase("{\"é\":\"日本語 😀 \\u00e9 \\ud83d\\ude00 \\\" \\\\ \\n \\u2028\"}")]
    [TestCase("{\"$schema\":1,\"a\":{\"a\":{\"a\":[[[]]]}}}")]
    public async Task Any_JSON_value_is_kept_whole(string manifest)
    {
        string body = PodJson.Without("pod_obj").ToJsonString()[..^1] + $",\"pod_obj\":{manifest}}}";
        using HttpResponseMessage response = await Service.PostAsync("/pod/spec", body);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        string posted = await response.Content.ReadAsStringAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(JsonNode.Parse(posted)!["pod_obj"], Json.EqualTo(JsonNode.Parse(manifest)!));
            Assert.That(await Service.Http.GetStringAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Is.EqualTo(posted));
            Assert.That(await Service.Http.GetStringAsync("/pod/info"), Is.EqualTo($"[{posted}]"));
        }
    }

    [Test]
    public async Task Big_numbers_keep_every_digit()
    {
        string body = PodJson.Without("pod_obj").ToJsonString()[..^1] + ",\"pod_obj\":[12345678901234567890,0.1,0.30000000000000004]}";
        using HttpResponseMessage response = await Service.PostAsync("/pod/spec", body);
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("[12345678901234567890, 0.1, 0.30000000000000004]"));
    }

    [Test]
    public async Task A_manifest_of_3_MB_is_kept_whole()
    {
        JsonObject record = PodJson.With();
        record["pod_obj"] = new JsonObject { ["annotation"] = new StringBuilder().Insert(0, "0123456789 äöü ", 100_000).ToString() };
        Assert.That(await Service.UpsertAsync(record), Json.EqualTo(record));
    }

    [Test]
    public async Task The_longest_texts_are_kept()
    {
        JsonObject record = PodJson.With();
        string name = string.Concat(Enumerable.Repeat("😀", 253));
        record["pod_name"] = name;
        record["node_name"] = new string('n', 253);
        record["pod_namespace"] = new string('s', 63);
        record["pod_identity"] = new string('i', 253);
        await Service.UpsertAsync(record);
        Assert.That(await Service.GetAsync("/pod/name/" + Uri.EscapeDataString(name)), Json.EqualTo(record));
    }
}
