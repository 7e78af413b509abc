using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Simulation;

/// <summary>Tells and asks the service over HTTP.</summary>
internal sealed class SimClient(HttpClient http)
{
    private static readonly JsonSerializerOptions WithoutNulls = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    public async Task SendAsync(Message message)
    {
        using HttpResponseMessage response = await http.PostAsync(message.Route, Body(message.Json));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), message.Json);
    }

    /// <summary>The answers to some questions, in one request.</summary>
    public async Task<Answer[]> ResolveAsync(Question[] questions)
    {
        string json = JsonSerializer.Serialize(questions.Select(question => new { ip = question.Ip, at = question.At is { } at ? Message.Text(at) : null }), WithoutNulls);
        using HttpResponseMessage response = await http.PostAsync("/pod/resolve", Body(json));
        string body = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), body);
        JsonArray answers = JsonNode.Parse(body)!.AsArray();
        Assert.That(answers.Select(answer => answer!["ip"]!.GetValue<string>()), Is.EqualTo(questions.Select(question => question.Ip)));
        return [.. answers.Select(answer => new Answer(answer!["match"]!.GetValue<string>(), Pod(answer["pod"])))];
    }

    /// <summary>The answer to one question, by GET.</summary>
    public async Task<Answer> FindAsync(Question question)
    {
        using HttpResponseMessage response = await http.GetAsync($"/pod/ip/{question.Ip}{(question.At is { } at ? $"?at={Message.Text(at)}" : "")}");
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return new Answer("unknown", null);
        }

        return new Answer(response.Headers.GetValues("Pod-Match").Single(), Pod(JsonNode.Parse(await response.Content.ReadAsStringAsync())));
    }

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private static PodKey? Pod(JsonNode? record) =>
        record is null ? null : new PodKey(record["pod_namespace"]!.GetValue<string>(), record["pod_name"]!.GetValue<string>());
}
