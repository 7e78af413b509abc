using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>What the service prints: JSON for collectors, lines for people, and no line that a client wrote.</summary>
[Parallelizable]
public sealed class LogFormatTests
{
    private const string Forging = "web\n00:00:00 warn: FORGED\u001b[2J\u2028\u0085FORGED";
    private const string Shown = "web\\u000a00:00:00 warn: FORGED\\u001b[2J\\u2028\\u0085FORGED";

    [Test]
    public async Task In_production_every_line_is_JSON_and_has_the_trace_id_of_the_problem()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        using HttpResponseMessage response = await service.Http.PostAsync("/pod/spec", Body(PodJson.With("""{ "pod_name": " ", "pod_ip": "10.7.7.7" }""")));
        JsonNode problem = await Problems.ReadAsync(response, HttpStatusCode.BadRequest);
        JsonNode line = JsonNode.Parse(await service.LineAsync("Refused a pod without a name"))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(line["LogLevel"]!.GetValue<string>(), Is.EqualTo("Warning"));
            Assert.That(line["State"]!["PodIp"]!.GetValue<string>(), Is.EqualTo("10.7.7.7"));
            Assert.That(TraceId(line), Is.EqualTo(problem["traceId"]!.GetValue<string>().Split('-')[1]));
            Assert.That(service.Lines.Select(text => JsonNode.Parse(text)!["Message"]!.GetValue<string>()), Has.All.Not.Empty);
        }
    }

    [Test]
    public async Task Every_line_is_JSON_in_an_image_without_Kerberos()
    {
        DirectoryInfo broken = Directory.CreateTempSubdirectory("pod-metadata-");
        await File.WriteAllTextAsync(Path.Combine(broken.FullName, "libgssapi_krb5.so.2"), "no library");
        try
        {
            await using ServiceProcess service = await ServiceProcess.StartAsync(("LD_LIBRARY_PATH", broken.FullName), ("PGGSSENCMODE", ""));
            Assert.That(service.Lines, Is.Not.Empty.And.All.StartsWith("{"));
            await using ServiceProcess asking = await ServiceProcess.StartAsync(("LD_LIBRARY_PATH", broken.FullName), ("PGGSSENCMODE", "prefer"));
            await asking.LineAsync("Cannot load library libgssapi_krb5.so.2"); // so Npgsql was told, and the lines above say something
        }
        finally
        {
            broken.Delete(recursive: true);
        }
    }

    [Test]
    public async Task A_callers_trace_id_is_the_one_in_the_log_and_in_the_problem()
    {
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Post, "/pod/mark_dead");
        request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");
        request.Content = Body(JsonNode.Parse("""{ "pod_name": null }""")!);
        using HttpResponseMessage response = await service.Http.SendAsync(request);
        JsonNode problem = await Problems.ReadAsync(response, HttpStatusCode.BadRequest);
        JsonNode line = JsonNode.Parse(await service.LineAsync("Refused to mark a pod dead"))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(TraceId(line), Is.EqualTo(Trace));
            Assert.That(problem["traceId"]!.GetValue<string>(), Does.Contain(Trace));
        }
    }

    [Test]
    public async Task In_development_lines_are_for_people_and_a_name_cannot_make_one()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(("ASPNETCORE_ENVIRONMENT", "Development"), ("Logging__LogLevel__PodMetadata", "Debug"));
        JsonObject pod = PodJson.With("""{ "pod_namespace": "shop" }""");
        pod["pod_name"] = Forging;
        await PostAsync(service, "/pod/spec", pod);
        pod["pod_namespace"] = "bank\nFORGED";
        await PostAsync(service, "/pod/spec", pod);
        await PostAsync(service, "/pod/mark_dead", new JsonObject { ["pod_name"] = Forging });
        await service.Http.PostAsync("/pod/spec", Body(new JsonObject { ["pod_ip"] = Forging, ["pod_namespace"] = Forging }));
        await service.Http.PostAsync("/pod/mark_dead", Body(new JsonObject { ["pod_ip"] = Forging }));
        await service.LineAsync($"Refused to mark a pod dead without its name, with IP {Shown}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(service.Lines.Where(line => line.Contains("FORGED", StringComparison.Ordinal)), Has.Exactly(7).Items.And.All.Contains("\\u000a"));
            Assert.That(string.Concat(service.Lines).IndexOfAny(['\u001b', '\u2028', '\u0085']), Is.Negative);
            Assert.That(service.Lines[0], Does.Match("^[0-9:]{8} (info|warn): "));
        }
    }

    private static string TraceId(JsonNode line) =>
        line["Scopes"]!.AsArray().Select(scope => scope!["TraceId"]?.GetValue<string>()).OfType<string>().Single();

    private static StringContent Body(JsonNode json) => new(json.ToJsonString(), null, "application/json");

    private static async Task PostAsync(ServiceProcess service, string path, JsonNode json)
    {
        using HttpResponseMessage response = await service.Http.PostAsync(path, Body(json));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), await response.Content.ReadAsStringAsync());
    }
}
