using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Moq;
using PodMetadata.Domain;

namespace PodMetadata.Tests.Domain;

/// <summary>What the rules count, and which of it is a warning.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class PodMetricsTests : IDisposable
{
    private readonly Mock<IPodStore> store = new(MockBehavior.Strict);
    private readonly FakeLogger<PodService> log = new();
    private readonly FakeLogger<UpsertReport> reportLog = new();
    private readonly TestMetrics metrics = new();

    public void Dispose() => metrics.Dispose();

    [TestCase(UpsertOutcome.Inserted, "inserted")]
    [TestCase(UpsertOutcome.Replaced, "replaced")]
    [TestCase(UpsertOutcome.Unchanged, "unchanged")]
    public async Task An_upsert_is_counted_by_its_outcome(UpsertOutcome outcome, string tag)
    {
        using MetricCollector<long> upserts = metrics.Collect("pod_metadata.upserts");
        await UpsertAsync(PodOf("shop"), outcome);
        Assert.That(Taken(upserts), Is.EqualTo(new[] { $"1 outcome={tag}" }));
    }

    [TestCase("10.1.2.3", 1, "outcome=matched precision=name_and_ip")]
    [TestCase("10.1.2.3", 0, "outcome=none precision=name_and_ip")]
    [TestCase(null, 1, "outcome=matched precision=name")]
    [TestCase(null, 0, "outcome=none precision=name")]
    public async Task Marking_dead_is_counted_by_precision_and_outcome(string? ip, int matched, string tags)
    {
        using MetricCollector<long> markDeads = metrics.Collect("pod_metadata.mark_dead");
        store.Setup(s => s.MarkDeadAsync("web-0", ip, It.IsAny<CancellationToken>())).ReturnsAsync(matched);
        await Service().MarkDeadAsync("web-0", ip, CancellationToken.None);
        Assert.That(Taken(markDeads), Is.EqualTo(new[] { $"1 {tags}" }));
    }

    [TestCase("shop", true, "bank", true)]
    [TestCase("shop", true, "shop", false)]
    [TestCase("shop", false, "bank", false)]
    [TestCase(null, true, "bank", false)]
    [TestCase("shop", true, null, false)]
    public async Task A_live_pod_replaced_from_another_namespace_is_a_collision(string? replaced, bool live, string? replacing, bool collision)
    {
        using MetricCollector<long> collisions = metrics.Collect("pod_metadata.name_collisions");
        await UpsertAsync(PodOf(replacing), UpsertOutcome.Replaced, live, replaced);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Taken(collisions), Is.EqualTo(collision ? ["1 "] : Array.Empty<string>()));
            Assert.That(
                reportLog.Collector.GetSnapshot().Where(entry => entry.Level == LogLevel.Warning).Select(entry => entry.Message),
                collision ? Has.One.StartsWith("Live pod web-0 of namespace shop was replaced by one of namespace bank") : Is.Empty);
        }
    }

    [Test]
    public async Task A_failed_upsert_is_not_counted()
    {
        using MetricCollector<long> upserts = metrics.Collect("pod_metadata.upserts");
        store.Setup(s => s.UpsertAsync(It.IsAny<Pod>(), It.IsAny<CancellationToken>())).ThrowsAsync(new TimeoutException());
        await Assert.ThatAsync(() => Service().UpsertAsync(PodOf("shop"), CancellationToken.None), Throws.TypeOf<TimeoutException>());
        Assert.That(Taken(upserts), Is.Empty);
    }

    [Test]
    public void How_many_pods_there_are_is_reported_only_while_it_is_known()
    {
        using MetricCollector<long> pods = metrics.Collect("pod_metadata.pods");
        metrics.Pods.Population = new PodCount(Live: 7, Dead: 2);
        pods.RecordObservableInstruments();
        Assert.That(Taken(pods), Is.EqualTo(new[] { "7 state=live", "2 state=dead" }));

        metrics.Pods.Population = null;
        pods.RecordObservableInstruments();
        Assert.That(Taken(pods), Is.Empty);
    }

    [Test]
    public void Readiness_is_reported_as_the_monitor_last_found_it()
    {
        using MetricCollector<int> ready = metrics.Collect<int>("pod_metadata.ready");
        foreach (string? reason in new[] { "The database has not been checked yet.", null, "The database is out of reach." })
        {
            metrics.Status.UnavailableReason = reason;
            ready.RecordObservableInstruments();
            Assert.That(ready.LastMeasurement!.Value, Is.EqualTo(reason is null ? 1 : 0));
        }
    }

    private static Pod PodOf(string? @namespace) => new() { Name = "web-0", Namespace = @namespace, Ip = "10.1.2.3", NodeName = "n1", TimeStamp = default };

    private static string[] Taken(MetricCollector<long> collector) =>
        [.. collector.GetMeasurementSnapshot(clear: true).Select(taken => $"{taken.Value} {string.Join(' ', taken.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"))}")];

    private PodService Service() => new(store.Object, new KnownPeriod(TimeSpan.Zero, TimeSpan.Zero, TimeProvider.System), new UpsertReport(new NameCollisions(TimeProvider.System), metrics.Pods, reportLog), metrics.Pods, log);

    private Task<Pod> UpsertAsync(Pod pod, UpsertOutcome outcome, bool replacedLive = false, string? replacedNamespace = null)
    {
        store.Setup(s => s.UpsertAsync(pod, It.IsAny<CancellationToken>())).ReturnsAsync(new UpsertedPod(pod, outcome, replacedLive, replacedNamespace));
        return Service().UpsertAsync(pod, CancellationToken.None);
    }
}
