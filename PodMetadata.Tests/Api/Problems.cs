using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>Problem details (RFC 9457) as the service answers them.</summary>
public static class Problems
{
    /// <summary>The problem of an answer, which must have that status and be whole.</summary>
    public static async Task<JsonNode> ReadAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(status), body);
        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("application/problem+json"), body);
        JsonNode problem = JsonNode.Parse(body)!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problem["status"]!.GetValue<int>(), Is.EqualTo((int)status));
            Assert.That(problem["title"]!.GetValue<string>(), Is.Not.Empty);
            Assert.That(problem["traceId"]!.GetValue<string>(), Is.Not.Empty);
            Assert.That(body, Does.Not.Contain("   at ").And.Not.Contain("SELECT").And.Not.Contain("Host=").And.Not.Contain("System."));
        }

        return problem;
    }
}
