using System.Net.Http.Headers;
using System.Text;

namespace PodMetadata.Tests.Api;

/// <summary>Requests of callers who show a token.</summary>
public static class Security
{
    public const string ReadToken = "read-only-0123456789";

    public const string WriteToken = "read-write-0123456789";

    /// <summary>The settings of a service with one token a role.</summary>
    public static IReadOnlyDictionary<string, string?> Tokens { get; } = new Dictionary<string, string?>
    {
        ["Authentication:Tokens:advisor:Token"] = ReadToken,
        ["Authentication:Tokens:advisor:Role"] = "read",
        ["Authentication:Tokens:controller:Token"] = WriteToken,
        ["Authentication:Tokens:controller:Role"] = "write",
    };

    /// <summary>Sends a request with a token, or without.</summary>
    public static async Task<HttpResponseMessage> SendAsync(this Service service, string? token, HttpMethod method, string path, string? json = null)
    {
        using HttpRequestMessage request = new(method, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        return await service.Http.SendAsync(request);
    }

    /// <summary>The status of a listing and of a write, for a token.</summary>
    public static async Task<(int Read, int Write)> AllowedAsync(this Service service, string? token)
    {
        using HttpResponseMessage read = await service.SendAsync(token, HttpMethod.Get, "/pod/list/worker-1");
        using HttpResponseMessage write = await service.SendAsync(token, HttpMethod.Post, "/pod/spec", PodJson.With().ToJsonString());
        return ((int)read.StatusCode, (int)write.StatusCode);
    }
}
