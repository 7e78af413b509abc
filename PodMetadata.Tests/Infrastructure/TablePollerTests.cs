using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Retention;
using PodMetadata.Infrastructure.Store;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>What retention and vacuum have left of the tables is reported, once a minute.</summary>
public sealed class TablePollerTests : ServiceTests
{
    private const string RetentionLag = "pod_metadata.retention_lag";
    private const string DeadTuples = "pod_metadata.dead_tuples";

    private readonly FakeTimeProvider time = new();
    private ServiceProvider meters = null!;

    // The service's own pruners leave the tables to these tests.
    protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?> { ["Retention:DeadPods"] = "0", ["Retention:Leases"] = "0" };

    [SetUp]
    public async Task StartMeterAsync()
    {
        meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await Service.SqlAsync("VACUUM pod_details, pod_namesakes, pod_ip_leases");
    }

    [TearDown]
    public void StopMeter() => meters.Dispose();

    [Test]
    public async Task The_lag_is_the_time_since_the_oldest_row_became_due()
    {
        await Service.SqlAsync("""
            SET session_replication_role = replica; -- without leases
            INSERT INTO pod_details (pod_name, pod_ip, node_name, is_dead, died_at, time_stamp) VALUES
                ('old', '10.0.0.1', 'n1', true, now() - interval '4 days', '2026-01-01'), ('young', '10.0.0.1', 'n1', true, now() - interval '2 days', '2026-01-01'),
                ('alive', '10.0.0.1', 'n1', false, now() - interval '9 days', '2026-01-01');
            INSERT INTO pod_ip_leases (pod_name, pod_ip, node_name, host_network, valid_from, valid_to) VALUES
                ('past', '10.0.0.1', 'n1', false, '2000-01-01', now() AT TIME ZONE 'UTC' - interval '5 days'), ('open', '10.0.0.1', 'n1', false, '2000-01-01', NULL);
            RESET session_replication_role
            """);
        using TablePoller poller = Poller(TimeSpan.FromDays(3));
        await poller.StartAsync(CancellationToken.None);
        Assert.That(await ReportedAsync<double>(RetentionLag, lag => lag / 3600), Is.EqualTo("pod_details=24 pod_ip_leases=48"), "less a clock skew and a minute");
        await poller.StopAsync(CancellationToken.None);
    }

    [TestCase("3.00:00:00")]
    [TestCase("0")]
    public async Task Nothing_is_due_while_rows_are_young_or_kept_forever(string kept)
    {
        await Service.SqlAsync("""
            SET session_replication_role = replica; -- without leases
            INSERT INTO pod_details (pod_name, pod_ip, node_name, is_dead, died_at, time_stamp) VALUES ('dead', '10.0.0.1', 'n1', true, now() - interval '1 day', '2026-01-01');
            INSERT INTO pod_ip_leases (pod_name, pod_ip, node_name, host_network, valid_from, valid_to)
            VALUES ('past', '10.0.0.1', 'n1', false, '2000-01-01', now() AT TIME ZONE 'UTC' - interval '1 day');
            RESET session_replication_role
            """);
        using TablePoller poller = Poller(TimeSpan.Parse(kept, CultureInfo.InvariantCulture));
        await poller.StartAsync(CancellationToken.None);
        Assert.That(await ReportedAsync<double>(RetentionLag, lag => lag), Is.EqualTo("pod_details=0 pod_ip_leases=0"));
        await poller.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Dead_rows_are_those_that_vacuum_has_not_freed()
    {
        await Service.FillAsync(500);
        await Service.SqlAsync("DELETE FROM pod_details WHERE pod_name <> 'pod-1'");
        await Service.SqlAsync("SELECT pg_stat_force_next_flush()");
        using TablePoller poller = Poller(TimeSpan.FromDays(3));
        await poller.StartAsync(CancellationToken.None);
        Assert.That(await ReportedAsync<long>(DeadTuples, rows => rows, until: "pod_details=499"), Does.Contain("pod_details=499"));
        Assert.That(await ReportedAsync<long>("pod_metadata.live_tuples", rows => rows), Does.Contain("pod_details=1 "));
        Assert.That(await ReportedAsync<long>("pod_metadata.table_size", bytes => bytes / 8192), Does.Match("pod_details=[1-9]"));

        await Service.SqlAsync("VACUUM pod_details");
        Assert.That(await ReportedAsync<long>(DeadTuples, rows => rows, until: "pod_details=0"), Does.Contain("pod_details=0"));
        await poller.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task What_cannot_be_read_is_not_reported()
    {
        using TablePoller poller = Poller(TimeSpan.FromDays(3));
        await poller.StartAsync(CancellationToken.None);
        Assert.That(await ReportedAsync<double>(RetentionLag, lag => lag), Is.Not.Empty);
        await Service.SqlAsync("ALTER TABLE pod_ip_leases RENAME TO away");
        try
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Wait.UntilAsync(() => Task.FromResult(Reported<double>(RetentionLag, lag => lag).Length == 0));
        }
        finally
        {
            await Service.SqlAsync("ALTER TABLE away RENAME TO pod_ip_leases");
        }

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(await ReportedAsync<double>(RetentionLag, lag => lag), Is.Not.Empty);
        await poller.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task The_oldest_rows_are_found_by_their_indexes()
    {
        await Service.SqlAsync("""
            SET session_replication_role = replica;
            INSERT INTO pod_details (pod_name, pod_ip, node_name, is_dead, died_at, time_stamp)
            SELECT 'pod-' || i, '10.0.0.1', 'n1', i % 5 = 0, CASE WHEN i % 5 = 0 THEN now() - i * interval '1 minute' END, timestamp '2026-01-01' FROM generate_series(1, 20000) AS i;
            INSERT INTO pod_ip_leases (pod_name, pod_ip, node_name, host_network, valid_from, valid_to)
            SELECT 'past-' || i, '10.0.0.1', 'n1', false, timestamp '2026-01-01', timestamp '2026-01-02' + i * interval '1 minute' FROM generate_series(1, 20000) AS i;
            RESET session_replication_role;
            ANALYZE pod_details, pod_ip_leases
            """);
        ConnectionPool pool = Service.Services.GetRequiredService<ConnectionPool>();
        string query = await pool.RunAsync(
            pool.DeadlineIn(TimeSpan.FromSeconds(30)), context => Task.FromResult(TablePoller.States(context, TimeSpan.Zero, TimeSpan.Zero).ToQueryString()), CancellationToken.None);
        object? plan = await Service.SqlAsync("EXPLAIN (FORMAT JSON) "
            + query.Replace("@p0", "interval '3 days'", StringComparison.Ordinal).Replace("@p1", "interval '3 days'", StringComparison.Ordinal));
        Assert.That(plan, Does.Contain("\"ix_pod_details_died_at\"").And.Contain("\"ix_pod_ip_leases_valid_to\""));
        Assert.That(plan, Does.Not.Match("\"Seq Scan\"[^{}]*\"Relation Name\": \"pod_(details|ip_leases)\""));
    }

    private TablePoller Poller(TimeSpan kept) => new(
        Service.Services.GetRequiredService<ConnectionPool>(),
        Options.Create(new RetentionOptions { DeadPods = kept, Leases = kept }),
        Options.Create(new ResolutionOptions()),
        meters.GetRequiredService<IMeterFactory>(),
        time,
        new FakeLogger<TablePoller>());

    /// <summary>What the gauge reports as soon as it reports something, or what is waited for: the rounded value of each table.</summary>
    private async Task<string> ReportedAsync<T>(string gauge, Func<T, double> value, string until = "=")
        where T : struct
    {
        string reported = "";
        await Wait.UntilAsync(
            () =>
            {
                reported = Reported(gauge, value);
                if (!reported.Contains(until, StringComparison.Ordinal))
                {
                    time.Advance(TimeSpan.FromMinutes(1));
                }

                return Task.FromResult(reported.Contains(until, StringComparison.Ordinal));
            },
            () => reported);
        return reported;
    }

    private string Reported<T>(string gauge, Func<T, double> value)
        where T : struct
    {
        using MetricCollector<T> collector = new(meters.GetRequiredService<IMeterFactory>(), PodMetrics.MeterName, gauge);
        collector.RecordObservableInstruments();
        return string.Join(' ', collector.GetMeasurementSnapshot()
            .Select(taken => string.Create(CultureInfo.InvariantCulture, $"{taken.Tags["table"]}={Math.Round(value(taken.Value))}"))
            .Order());
    }
}
