using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Moq;
using PodMetadata.Domain;

namespace PodMetadata.Tests.Domain;

public sealed class PodServiceTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 12, 0, 0, 0, TimeSpan.Zero);

    private readonly Mock<IPodStore> store = new(MockBehavior.Strict);
    private readonly FakeLogger<PodService> log = new();
    private readonly FakeLogger<UpsertReport> reportLog = new();
    private readonly TestMetrics metrics = new();
    private readonly FakeTimeProvider time = new(Now);

    private PodService Service => new(store.Object, new KnownPeriod(TimeSpan.FromDays(30), TimeSpan.FromMinutes(1), time), new UpsertReport(new NameCollisions(time), metrics.Pods, reportLog), metrics.Pods, log);

    [OneTimeTearDown]
    public void DisposeMetrics() => metrics.Dispose();

    [TestCase("10.1.2.3", "10.1.2.3")]
    [TestCase("::ffff:10.1.2.3", "10.1.2.3")]
    [TestCase("2001:DB8::0001", "2001:db8::1")]
    public async Task An_ip_is_looked_up_in_its_canonical_form(string asked, string canonical)
    {
        IpAnswer now = new(IpMatch.Stale);
        IpAnswer then = new(IpMatch.Nearest);
        DateTime at = new(2026, 5, 12);
        store.Setup(s => s.FindByIpAsync(canonical, It.IsAny<CancellationToken>())).ReturnsAsync(now);
        store.Setup(s => s.FindByIpsAsync(new[] { new IpQuestion(canonical, at) }, true, It.IsAny<CancellationToken>())).ReturnsAsync([then]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.FindByIpAsync(asked, null, CancellationToken.None), Is.SameAs(now));
            Assert.That(await Service.FindByIpAsync(asked, at, CancellationToken.None), Is.SameAs(then));
        }
    }

    [Test]
    public async Task What_is_no_ip_is_behind_no_pod_and_the_store_is_not_asked()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.FindByIpAsync("10.1", null, CancellationToken.None), Is.EqualTo(new IpAnswer(IpMatch.Malformed)));
            Assert.That(
                await Service.FindByIpsAsync([("10.1", null), (null, null), ("10.1.1.1", DateTime.MaxValue)], CancellationToken.None),
                Is.EqualTo(new IpAnswer[] { new(IpMatch.Malformed), new(IpMatch.Malformed), new(IpMatch.Unknown) }));
        }
    }

    [Test]
    public async Task Several_ips_are_asked_for_once_each_and_answered_in_their_order()
    {
        IpAnswer first = new(IpMatch.Unique, null, 1);
        IpAnswer second = new(IpMatch.Shared, null, 2);
        DateTime at = new(2026, 5, 12);
        store.Setup(s => s.FindByIpsAsync(new IpQuestion[] { new("10.0.0.1"), new("10.0.0.1", at) }, false, It.IsAny<CancellationToken>())).ReturnsAsync([first, second]);
        Assert.That(
            await Service.FindByIpsAsync(
                [("10.0.0.1", null), ("x", at), ("10.0.0.1", at), ("::ffff:10.0.0.1", null), ("10.0.0.1", at.AddMinutes(1).AddTicks(10))],
                CancellationToken.None),
            Is.EqualTo(new[] { first, new IpAnswer(IpMatch.Malformed), second, first, new IpAnswer(IpMatch.Unknown) }));
    }

    [Test]
    public async Task Marking_dead_without_an_ip_warns_and_answers_how_many_matched()
    {
        store.Setup(s => s.MarkDeadAsync("web-0", null, It.IsAny<CancellationToken>())).ReturnsAsync(1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.MarkDeadAsync("web-0", null, CancellationToken.None), Is.EqualTo(1));
            Assert.That(log.Collector.GetSnapshot().Where(entry => entry.Level == LogLevel.Warning).Select(entry => entry.Message), Has.One.Contains("web-0"));
        }
    }

    [Test]
    public async Task Marking_dead_with_an_ip_does_not_warn()
    {
        store.Setup(s => s.MarkDeadAsync("web-0", "10.1.2.3", It.IsAny<CancellationToken>())).ReturnsAsync(0);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.MarkDeadAsync("web-0", "10.1.2.3", CancellationToken.None), Is.Zero);
            Assert.That(log.Collector.GetSnapshot().Where(entry => entry.Level == LogLevel.Warning), Is.Empty);
        }
    }
}
