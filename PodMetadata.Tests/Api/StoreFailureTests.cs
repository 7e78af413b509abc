using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Moq;
using PodMetadata.Domain;

namespace PodMetadata.Tests.Api;

/// <summary>What a request answers when the store fails in a way that a working database does not show.</summary>
public sealed class StoreFailureTests
{
    private readonly Mock<IPodStore> store = new();
    private Service service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() =>
        service = await Service.StartAsync(configure: host => host.ConfigureTestServices(services => services.AddSingleton(store.Object)));

    [OneTimeTearDown]
    public async Task StopAsync() => await service.DisposeAsync();

    [Test]
    public async Task What_nobody_expects_is_a_500_without_detail_and_the_log_has_the_exception()
    {
        InvalidOperationException defect = new("SELECT everything FROM Host=db");
        JsonNode problem = await FailAsync(defect, HttpStatusCode.InternalServerError);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problem.AsObject().Select(member => member.Key), Is.EquivalentTo(new[] { "type", "title", "status", "traceId" }));
            Assert.That(problem["title"]!.GetValue<string>(), Is.EqualTo("An error occurred while processing your request."));
            Assert.That(service.Log.GetSnapshot().Where(record => record.Level == LogLevel.Error).Select(record => record.Exception), Is.EqualTo(new[] { defect }));
        }
    }

    [Test]
    public async Task A_value_that_only_the_database_refuses_is_a_400()
    {
        JsonNode problem = await FailAsync(new ValueRefusedException("22P05: untranslatable character", null), HttpStatusCode.BadRequest);
        Assert.That(problem["detail"]!.GetValue<string>(), Is.EqualTo("The body holds a value that the database cannot keep."));
    }

    private async Task<JsonNode> FailAsync(Exception exception, HttpStatusCode status)
    {
        service.Log.Clear();
        store.Setup(s => s.FindByNameAsync("web-0", It.IsAny<CancellationToken>())).ThrowsAsync(exception);
        using HttpResponseMessage response = await service.Http.GetAsync("/pod/name/web-0");
        return await Problems.ReadAsync(response, status);
    }
}
