using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>A watch as its client sees it.</summary>
internal sealed class ApiWatch : IDisposable
{
    private readonly HttpResponseMessage response;
    private readonly StreamReader reader;

    private ApiWatch(HttpResponseMessage response, Stream body)
    {
        this.response = response;
        reader = new StreamReader(body);
    }

    /// <summary>Starts to watch, and returns when the server has answered, which must be 200.</summary>
    public static async Task<ApiWatch> OpenAsync(HttpClient http, string path)
    {
        HttpResponseMessage response = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        return new ApiWatch(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event; null when the server has ended the watch.</summary>
    public async Task<JsonObject?> NextAsync() => await reader.ReadLineAsync() is { } line ? JsonNode.Parse(line)!.AsObject() : null;

    /// <summary>As many events as there must be.</summary>
    public async Task<List<JsonObject>> TakeAsync(int count)
    {
        List<JsonObject> events = [];
        while (events.Count < count)
        {
            events.Add(await NextAsync() ?? throw new EndOfStreamException($"The watch ended after {events.Count} events of {count}."));
        }

        return events;
    }

    /// <summary>The events until the server ends the watch.</summary>
    public async Task<List<JsonObject>> TakeAllAsync()
    {
        List<JsonObject> events = [];
        while (await NextAsync() is { } next)
        {
            events.Add(next);
        }

        return events;
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}
