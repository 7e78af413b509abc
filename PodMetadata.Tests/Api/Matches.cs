using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>Asks which pod is, or was, behind an IP.</summary>
internal static class Matches
{
    /// <summary>The answer to one question: its match, pod and candidates. Both routes must say the same.</summary>
    public static async Task<string> AskAsync(this Service service, string ip, string? at)
    {
        using HttpResponseMessage one = await service.Http.GetAsync(at is null ? $"/pod/ip/{ip}" : $"/pod/ip/{ip}?at={at}");
        JsonNode answer = (await service.ResolveAsync(new JsonArray(new JsonObject { ["ip"] = ip, ["at"] = at }).ToJsonString()))[0]!;
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

    /// <summary>The answers to a list of questions.</summary>
    public static async Task<JsonArray> ResolveAsync(this Service service, string questions)
    {
        using HttpResponseMessage answer = await service.PostAsync("/pod/resolve", questions);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray();
    }

    /// <summary>The matches of some IPs now, and the namespaces of their pods.</summary>
    public static async Task<string[]> MatchesAsync(this Service service, params string[] ips) =>
        [.. (await service.ResolveAsync($"[{string.Join(',', ips.Select(ip => $$"""{ "ip": "{{ip}}" }"""))}]"))
            .Select(found => $"{found!["match"]} {found["pod"]?["pod_namespace"]}")];
}
