using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>How GET /pod/ip/{ip}/history is asked and answered; what leases there are is the matter of <see cref="LeaseTests"/>.</summary>
public sealed class HistoryTests : ServiceTests
{
    private const string Path = "/pod/ip/10.0.0.1/history";

    [Test]
    public async Task Pages_of_leases_that_began_at_the_same_moment_neither_skip_nor_repeat_one([Values(1, 2, 3, 5)] int limit)
    {
        string[] names = [.. Enumerable.Range(0, 5).Select(i => $"web-{i}")];
        foreach (string name in names)
        {
            await Service.UpsertAsync(Moments.Pod(1, "10.0.0.1", $$"""{ "pod_name": "{{name}}" }"""));
        }

        List<string> found = [];
        int pages = 0;
        for (string? path = $"{Path}?limit={limit}"; path is not null; pages++)
        {
            using HttpResponseMessage page = await Service.Http.GetAsync(path);
            found.AddRange(JsonNode.Parse(await page.Content.ReadAsStringAsync())!.AsArray().Select(lease => lease!["pod_name"]!.GetValue<string>()));
            path = Links.Next(page);
        }

        Assert.That(found.Order(), Is.EqualTo(names));
        Assert.That(pages, Is.EqualTo((names.Length + limit - 1) / limit), "no page is empty");
    }

    [Test]
    public async Task HEAD_answers_as_GET_without_the_body()
    {
        await Service.UpsertAsync(Moments.Pod(1, "10.0.0.1"));
        await Service.UpsertAsync(Moments.Pod(1, "10.0.0.1", """{ "pod_name": "web-1" }"""));
        using HttpResponseMessage get = await Service.Http.GetAsync($"{Path}?limit=1");
        using HttpRequestMessage request = new(HttpMethod.Head, $"{Path}?limit=1");
        using HttpResponseMessage head = await Service.Http.SendAsync(request);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(head.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(head.Content.Headers.ContentType, Is.EqualTo(get.Content.Headers.ContentType));
            Assert.That(Links.Next(head), Is.Not.Null.And.EqualTo(Links.Next(get)));
            Assert.That(await head.Content.ReadAsStringAsync(), Is.Empty);
        }
    }

    [TestCase("limit=0")]
    [TestCase("query=x&limit=0")]
    public async Task Other_parameters_hide_none(string query)
    {
        using HttpResponseMessage answer = await Service.Http.GetAsync($"{Path}?{query}");
        JsonNode problem = await Problems.ReadAsync(answer, HttpStatusCode.BadRequest);
        Assert.That(problem["errors"]!.AsObject().Single().Key, Is.EqualTo("limit"));
    }
}
