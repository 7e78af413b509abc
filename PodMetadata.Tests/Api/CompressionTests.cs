using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>Answers are compressed for who asks for it, and for nobody else.</summary>
public sealed class CompressionTests : ServiceTests
{
    [TestCase("gzip", "/pod/info", "Accept, Accept-Encoding")]
    [TestCase("br", "/pod/info", "Accept, Accept-Encoding")]
    [TestCase("gzip", "/pod/list/worker-1", "Accept, Accept-Encoding")]
    [TestCase("gzip", "/pod/name/my-app-7d9f6b8c4-x5z2w", "Accept-Encoding")]
    public async Task An_answer_is_compressed_when_the_client_asks(string encoding, string path, string vary)
    {
        await Service.UpsertAsync(PodJson.With());
        JsonNode plain = await Service.GetAsync(path);
        using HttpResponseMessage response = await AskAsync(encoding, path);
        Assert.That(response.Content.Headers.ContentEncoding, Is.EqualTo(new[] { encoding }));
        Assert.That(string.Join(", ", response.Headers.Vary), Is.EqualTo(vary));
        Assert.That(JsonNode.Parse(await TextAsync(response)), Json.EqualTo(plain));
    }

    [TestCase("gzip")]
    [TestCase("br")]
    public async Task Lines_are_compressed_too(string encoding)
    {
        await Service.UpsertAsync(PodJson.With());
        await Service.UpsertAsync(PodJson.With("""{ "pod_name": "web-0" }"""));
        using HttpResponseMessage response = await AskAsync(encoding, "/pod/info?fields=pod_name", "application/x-ndjson");
        Assert.That(response.Content.Headers.ContentEncoding, Is.EqualTo(new[] { encoding }));
        Assert.That(await TextAsync(response), Is.EqualTo("""
            {"pod_name":"my-app-7d9f6b8c4-x5z2w"}
            {"pod_name":"web-0"}

            """));
    }

    [Test]
    public async Task An_answer_is_plain_when_the_client_does_not_ask()
    {
        await Service.UpsertAsync(PodJson.With());
        using HttpResponseMessage response = await AskAsync("identity", "/pod/info");
        Assert.That(response.Content.Headers.ContentEncoding, Is.Empty);
    }

    [Test]
    public async Task An_error_keeps_its_status_and_its_content_type()
    {
        using HttpResponseMessage response = await AskAsync("gzip", "/pod/nothing");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/problem+json"));
        }
    }

    private static async Task<string> TextAsync(HttpResponseMessage response)
    {
        await using Stream body = await response.Content.ReadAsStreamAsync();
        await using Stream text = response.Content.Headers.ContentEncoding.Single() == "gzip"
            ? new GZipStream(body, CompressionMode.Decompress)
            : new BrotliStream(body, CompressionMode.Decompress);
        using StreamReader reader = new(text);
        return await reader.ReadToEndAsync();
    }

    private async Task<HttpResponseMessage> AskAsync(string encoding, string path, string accept = "application/json")
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.AcceptEncoding.ParseAdd(encoding);
        request.Headers.Accept.ParseAdd(accept);
        return await Service.Http.SendAsync(request);
    }
}
