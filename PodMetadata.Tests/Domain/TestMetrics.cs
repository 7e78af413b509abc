using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using PodMetadata.Domain;

namespace PodMetadata.Tests.Domain;

/// <summary>The domain's metrics, with nobody but the test listening.</summary>
public sealed class TestMetrics : IDisposable
{
    private readonly ServiceProvider provider = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public TestMetrics() => Pods = new PodMetrics(Factory, Status);

    public PodStoreStatus Status { get; } = new();

    public PodMetrics Pods { get; }

    private IMeterFactory Factory => provider.GetRequiredService<IMeterFactory>();

    public MetricCollector<long> Collect(string instrument) => Collect<long>(instrument);

    public MetricCollector<T> Collect<T>(string instrument)
        where T : struct => new(Factory, PodMetrics.MeterName, instrument);

    public void Dispose() => provider.Dispose();
}
