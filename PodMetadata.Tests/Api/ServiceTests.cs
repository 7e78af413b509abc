namespace PodMetadata.Tests.Api;

/// <summary>Tests that share one running service and begin with an empty table.</summary>
public abstract class ServiceTests
{
    protected Service Service { get; private set; } = null!;

    /// <summary>What the service is set to.</summary>
    protected virtual IReadOnlyDictionary<string, string?>? Settings => null;

    [OneTimeSetUp]
    public async Task StartServiceAsync() => Service = await Service.StartAsync(settings: Settings);

    [OneTimeTearDown]
    public async Task StopServiceAsync() => await Service.DisposeAsync();

    [SetUp]
    public Task ClearAsync() => Service.ClearAsync();
}
