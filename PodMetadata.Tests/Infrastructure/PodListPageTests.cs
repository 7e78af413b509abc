using System.Text;
using System.Text.Json;
using PodMetadata.Domain.Json;
using PodMetadata.Infrastructure.Kubernetes;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>Lists of pods, read item by item however the bytes arrive.</summary>
public sealed class PodListPageTests
{
    private const string Pods = """[{"metadata": {"name": "straße", "items": [1, {"metadata": {}}]}}, {"spec": {}, "metadata": {"name": "b"}}]""";

    private static readonly string[] Expected =
    [
        """{"kind": "Pod", "metadata": {"name": "straße", "items": [1, {"metadata": {}}]}, "apiVersion": "v1"}""",
        """{"kind": "Pod", "spec": {}, "metadata": {"name": "b"}, "apiVersion": "v1"}""",
    ];

    [TestCase("""{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"12","continue":"abc"},"items":PODS}""", "abc")]
    [TestCase("""{"items": PODS, "metadata": {"remainingItemCount": 5, "resourceVersion": "12", "continue": ""}}""", null)]
    public async Task Items_have_kind_and_version_whatever_the_order_and_wherever_a_read_ends(string json, string? next)
    {
        byte[] text = Encoding.UTF8.GetBytes(json.Replace("PODS", Pods, StringComparison.Ordinal));
        for (int piece = 1; piece <= text.Length; piece++)
        {
            PodListPage page = new(new Pieces(text, piece), TimeProvider.System);
            Assert.That(await ReadAsync(page), Is.EqualTo(Expected), $"in pieces of {piece} bytes");
            Assert.That((page.ResourceVersion, page.Next), Is.EqualTo(("12", next)));
        }
    }

    [TestCase("[]")]
    [TestCase("null")]
    public async Task A_list_may_be_empty(string items)
    {
        PodListPage page = Page($$$"""{"metadata": {"resourceVersion": "12"}, "items": {{{items}}}}""");
        Assert.That(await ReadAsync(page), Is.Empty);
        Assert.That((page.ResourceVersion, page.Next), Is.EqualTo(("12", (string?)null)));
    }

    [Test]
    public void A_list_that_ends_early_is_refused_wherever_it_ends()
    {
        string whole = $$$"""{"metadata": {"resourceVersion": "12"}, "items": {{{Pods}}}}""";
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.That(() => ReadAsync(Page(whole[..length])), Throws.InstanceOf<JsonException>(), whole[..length]);
        }
    }

    [TestCase("<html></html>")]
    [TestCase("[1]")]
    [TestCase("""{"items": [1]}""")]
    [TestCase("""{"items": []}""", Description = "no version")]
    [TestCase("""{"metadata": {"resourceVersion": "12"}}""", Description = "no items")]
    public void What_is_no_list_is_refused(string body) => Assert.That(() => ReadAsync(Page(body)), Throws.InstanceOf<JsonException>());

    private static PodListPage Page(string body) => new(new MemoryStream(Encoding.UTF8.GetBytes(body)), TimeProvider.System);

    private static async Task<List<string>> ReadAsync(PodListPage page)
    {
        List<string> pods = [];
        await foreach (JsonText pod in page.ReadAsync(CancellationToken.None))
        {
            pods.Add(pod.ToString());
        }

        return pods;
    }

    /// <summary>A stream that gives so many bytes at a time.</summary>
    private sealed class Pieces(byte[] text, int size) : MemoryStream(text)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
