using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>The order of GET /pod/info and GET /pod/list.</summary>
public sealed class ListingOrderTests(bool indexed) : OrderTests(indexed)
{
    [Test]
    public async Task Listings_are_ordered_by_namespace_nulls_last_then_name_by_code_point()
    {
        (string? Namespace, string Name)[] pods =
        [
            ("B", "b"), ("a", "A"), ("a", "Z"), ("a", "a"), ("a", "a-1"), ("a", "a.1"), ("a", "a1"), ("a", "a10"), ("a", "a2"), ("a", "ä"),
            ("a-b", "x"), ("ab", "x1"), ("ä", "x2"), ("\uFFFD", "x3"), ("\U0001F600", "x4"), (null, "0"), (null, "Z0"), (null, "z0"),
        ];
        foreach ((string? ns, string name) in pods.Reverse())
        {
            JsonObject record = PodJson.With();
            record["pod_namespace"] = ns;
            record["pod_name"] = name;
            await Service.UpsertAsync(record);
        }

        string[] expected = [.. pods.Select(pod => pod.Name)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.NamesAsync("/pod/info"), Is.EqualTo(expected));
            Assert.That(await Service.NamesAsync("/pod/list/worker-1"), Is.EqualTo(await Service.NamesAsync("/pod/info")));
        }
    }
}
