using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

public sealed class PodRoutesTests
{
    private Service service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => service = await Service.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await service.DisposeAsync();

    [Test]
    public async Task A_posted_pod_is_found_by_its_name()
    {
        using HttpResponseMessage posted = await service.PostAsync("/pod/spec", """
            {"pod_name":"web-0","pod_ip":"10.1.2.3","node_name":"n1","time_stamp":"2026-05-12T10:32:14.123456Z","pod_obj":{"a":12345678901234567890}}
            """);
        string stored = await posted.Content.ReadAsStringAsync();
        string found = await service.Http.GetStringAsync("/pod/name/web-0");
        Assert.That(posted.StatusCode, Is.EqualTo(HttpStatusCode.OK), stored);
        Assert.That(found, Is.EqualTo(stored));
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(found), JsonNode.Parse("""
            {"pod_name":"web-0","pod_namespace":null,"pod_ip":"10.1.2.3","node_name":"n1","is_dead":false,"pod_identity":null,
             "workload_selector_labels":null,"pod_obj":{"a":12345678901234567890},"time_stamp":"2026-05-12T10:32:14.123456"}
            """)), found);
    }
}
