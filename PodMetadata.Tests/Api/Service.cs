using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace PodMetadata.Tests.Api;

/// <summary>The whole service on a free loopback port and a database of its own, asked over real HTTP.</summary>
public sealed class Service : WebApplicationFactory<Program>
{
    private readonly string connectionString;

    private Service(string connectionString) => this.connectionString = connectionString;

    /// <summary>What the service logged.</summary>
    public FakeLogCollector Log { get; } = new();

    /// <summary>A client of the service.</summary>
    public HttpClient Http { get; private set; } = null!;

    public string ConnectionString => connectionString;

    public static async Task<Service> StartAsync(string? connectionString = null)
    {
        Service service = new(connectionString ?? await TestDatabase.CreateAsync());
        service.UseKestrel(0);
        service.StartServer();
        service.Http = service.CreateClient();
        while ((await service.Http.GetAsync("/pod/list/none")).StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            await Task.Delay(50); // until the schema is there
        }

        return service;
    }

    public Task<HttpResponseMessage> PostAsync(string path, string json) =>
        Http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("ConnectionStrings:PodMetadata", connectionString);
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(new FakeLoggerProvider(Log)));
    }
}
