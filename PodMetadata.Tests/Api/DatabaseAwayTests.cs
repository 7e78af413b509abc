using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>Requests while the database is out of reach.</summary>
public sealed class DatabaseAwayTests : ServiceTests
{
    [TestCase("GET", "/pod/info")]
    [TestCase("GET", "/pod/list/worker-1")]
    [TestCase("GET", "/pod/name/web-0")]
    [TestCase("GET", "/pod/ip/10.0.0.1")]
    [TestCase("POST", "/pod/spec")]
    [TestCase("POST", "/pod/mark_dead")]
    public async Task A_request_is_answered_503_and_when_to_try_again(string method, string path)
    {
        await Service.SqlAsync("ALTER TABLE pod_details RENAME TO away");
        try
        {
            using HttpRequestMessage request = new(new HttpMethod(method), path);
            request.Content = method == "POST" ? new StringContent(PodJson.With().ToJsonString(), null, "application/json") : null;
            using HttpResponseMessage response = await Service.Http.SendAsync(request);
            JsonNode problem = await Problems.ReadAsync(response, HttpStatusCode.ServiceUnavailable);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(problem["detail"]!.GetValue<string>(), Is.EqualTo("The database is out of reach. Try again."));
                Assert.That(response.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
            }
        }
        finally
        {
            await Service.SqlAsync("ALTER TABLE away RENAME TO pod_details");
        }
    }

    [Test]
    public async Task Nothing_listening_is_answered_503_and_the_service_goes_on()
    {
        await using Service alone = await Service.StartAsync("Host=127.0.0.1;Port=1;Username=nobody;Database=none", waitUntilReady: false);
        using HttpResponseMessage response = await alone.Http.GetAsync("/pod/info");
        await Problems.ReadAsync(response, HttpStatusCode.ServiceUnavailable);
    }
}
