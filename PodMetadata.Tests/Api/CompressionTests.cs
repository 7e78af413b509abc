using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>Answers are compressed for who asks for it, and for nobody else.</summary>
public sealed class CompressionTests : ServiceTests
{
    [TestCase("gzip", "/pod/info")]
    [TestCase("br", "/pod/info")]
    [TestCase("gzip", "/pod/name/my-app-7d9f6b8c4-x5z2w")]
    public async Task An_answer_is_compressed_when_the_client_asks(string encoding, string path)
    {
        await Service.UpsertAsync(PodJson.With());
        JsonNode plain = await Service.GetAsync(path);
        using HttpResponseMessage response = await AskAsync(encoding, path);
        Assert.That(response.Content.Headers.ContentEncoding, Is.EqualTo(new[] { encoding }));
        Assert.That(response.Headers.Vary, Is.EqualTo(new[] { "Accept-Encoding" }));
        await using Stream body = await response.Content.ReadAsStreamAsync();
        await using Stream text = encoding == "gzip" ? new GZipStream(body, CompressionMode.Decompress) : new BrotliStream(body, CompressionMode.Decompress);
        Assert.That(await JsonNode.ParseAsync(text), Json.EqualTo(plain));
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

    private async Task<HttpResponseMessage> AskAsync(string encoding, string path)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.AcceptEncoding.ParseAdd(encoding);
        return await Service.Http.SendAsync(request);
    }
}
