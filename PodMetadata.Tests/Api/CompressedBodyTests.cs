using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>Bodies that a client compresses are taken, and cannot grow beyond the limit.</summary>
public sealed class CompressedBodyTests : ServiceTests
{
    private const int DefaultLimit = 4_194_304;

    [Test]
    public async Task A_compressed_body_is_read([Values("gzip", "br", "deflate", "GZip")] string encoding)
    {
        using HttpResponseMessage response = await PostAsync(Service, "/pod/spec", encoding, Compress(encoding, PodJson.With().ToJsonString()));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), await response.Content.ReadAsStringAsync());
        Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Json.EqualTo(PodJson.With()));
    }

    [TestCase("/pod/mark_dead", """{"pod_name":"my-app-7d9f6b8c4-x5z2w"}""", "1")]
    [TestCase("/pod/resolve", """[{"ip":"nonsense"}]""", """[{"ip":"nonsense","match":"malformed","pod":null,"candidates":0}]""")]
    public async Task Every_route_with_a_body_reads_it(string path, string body, string answer)
    {
        await Service.UpsertAsync(PodJson.With());
        using HttpResponseMessage response = await PostAsync(Service, path, "gzip", Compress("gzip", body));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo(answer));
    }

    [Test]
    public async Task A_plain_body_may_say_that_it_is_plain()
    {
        using HttpResponseMessage response = await PostAsync(Service, "/pod/spec", "identity", Encoding.UTF8.GetBytes(PodJson.With().ToJsonString()));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("zstd")]
    [TestCase("nonsense")]
    [TestCase("gzip, br")]
    [TestCase("gzip;q=1")]
    public async Task An_unknown_encoding_is_a_415_that_says_which_are_known(string encoding)
    {
        using HttpResponseMessage response = await PostAsync(Service, "/pod/spec", encoding, Compress("gzip", PodJson.With().ToJsonString()));
        JsonNode problem = await Problems.ReadAsync(response, HttpStatusCode.UnsupportedMediaType);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problem["detail"]!.GetValue<string>(), Is.EqualTo("Content-Encoding must be one of gzip, br, deflate."));
            Assert.That(string.Join(", ", response.Headers.GetValues("Accept-Encoding")), Is.EqualTo("gzip, br, deflate"));
        }
    }

    [TestCase("gzip")]
    [TestCase("br")]
    [TestCase("deflate")]
    public async Task Data_that_is_not_in_its_encoding_is_a_400_that_says_so(string encoding) =>
        Assert.That(
            await RefusedAsync(encoding, Encoding.UTF8.GetBytes(PodJson.With().ToJsonString())),
            Is.EqualTo("The body cannot be decompressed: it is not what its Content-Encoding says."));

    [Test]
    public async Task Data_whose_checksum_is_wrong_is_a_400_that_says_so()
    {
        byte[] body = Compress("gzip", PodJson.With().ToJsonString());
        body[^8] ^= 1;
        Assert.That(await RefusedAsync("gzip", body), Is.EqualTo("The body cannot be decompressed: it is not what its Content-Encoding says."));
    }

    [TestCase("gzip")]
    [TestCase("br")]
    [TestCase("deflate")]
    public async Task Data_that_ends_too_early_is_a_400(string encoding)
    {
        byte[] body = Compress(encoding, PodJson.With().ToJsonString());
        Assert.That(await RefusedAsync(encoding, body[..(body.Length / 2)]), Does.StartWith("The body "));
    }

    [Test]
    public async Task A_body_that_is_too_large_once_decompressed_is_a_413([Values("gzip", "br", "deflate")] string encoding, [Values(DefaultLimit + 1, 50_000_000)] int length)
    {
        byte[] body = Compress(encoding, PodJson.With().ToJsonString().PadRight(length));
        Assert.That(body, Has.Length.LessThan(DefaultLimit));
        using HttpResponseMessage response = await PostAsync(Service, "/pod/spec", encoding, body);
        await Problems.ReadAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Test]
    public async Task A_body_as_long_as_the_limit_once_decompressed_is_taken()
    {
        using HttpResponseMessage response = await PostAsync(Service, "/pod/spec", "gzip", Compress("gzip", PodJson.With().ToJsonString().PadRight(DefaultLimit)));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task The_limit_that_is_set_holds_for_decompressed_bodies_too()
    {
        await using Service small = await Service.StartAsync(configure: host => host.UseSetting("Kestrel:Limits:MaxRequestBodySize", "1000"));
        using HttpResponseMessage fits = await PostAsync(small, "/pod/spec", "gzip", Compress("gzip", PodJson.With().ToJsonString().PadRight(1000)));
        using HttpResponseMessage tooLong = await PostAsync(small, "/pod/spec", "gzip", Compress("gzip", PodJson.With().ToJsonString().PadRight(1001)));
        Assert.That(fits.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await Problems.ReadAsync(tooLong, HttpStatusCode.RequestEntityTooLarge);
    }

    private static byte[] Compress(string encoding, string text)
    {
        using MemoryStream compressed = new();
        using (Stream stream = encoding switch
        {
            "br" => new BrotliStream(compressed, CompressionLevel.Fastest),
            "deflate" => new ZLibStream(compressed, CompressionLevel.Fastest),
            _ => new GZipStream(compressed, CompressionLevel.Fastest),
        })
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }

        return compressed.ToArray();
    }

    private static async Task<HttpResponseMessage> PostAsync(Service service, string path, string encoding, byte[] body)
    {
        using ByteArrayContent content = new(body) { Headers = { { "Content-Type", "application/json" } } };
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        return await service.Http.PostAsync(path, content);
    }

    /// <summary>What is said of the body, which must be refused and not stored.</summary>
    private async Task<string> RefusedAsync(string encoding, byte[] body)
    {
        using HttpResponseMessage response = await PostAsync(Service, "/pod/spec", encoding, body);
        JsonNode problem = await Problems.ReadAsync(response, HttpStatusCode.BadRequest);
        Assert.That(await Service.NamesAsync("/pod/info"), Is.Empty);
        return problem["errors"]!["body"]!.AsArray().Single()!.GetValue<string>();
    }
}
