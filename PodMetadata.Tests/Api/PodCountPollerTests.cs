using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace PodMetadata.Tests.Api;

/// <summary>How many pods there are is counted every 15 seconds, never by a scrape, and not reported while it is not known.</summary>
public sealed class PodCountPollerTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly FakeTimeProvider time = new();
    private Service service = null!;

    [SetUp]
    public async Task StartAsync()
    {
        string database = await TestDatabase.CreateAsync();
        await using (Service first = await Service.StartAsync(database))
        {
            await first.UpsertAsync(PodJson.With("""{ "pod_name": "web-0" }"""));
            await first.UpsertAsync(PodJson.With("""{ "pod_name": "web-1" }"""));
            await first.UpsertAsync(PodJson.With("""{ "pod_name": "web-2", "is_dead": true }"""));
        }

        service = await Service.StartAsync(database, configure: web => web.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(time)));
        await ReportedAsync("live=2 dead=1");
    }

    [TearDown]
    public async Task StopAsync() => await service.DisposeAsync();

    [Test]
    public async Task The_count_follows_the_table_when_its_time_has_come()
    {
        await service.UpsertAsync(PodJson.With("""{ "pod_name": "web-3" }"""));
        time.Advance(Interval - TimeSpan.FromMilliseconds(1));
        for (int i = 0; i < 3; i++)
        {
            Assert.That(await ScrapeAnewAsync(), Is.EqualTo("live=2 dead=1"));
        }

        time.Advance(TimeSpan.FromMilliseconds(1));
        await ReportedAsync("live=3 dead=1");
    }

    [Test]
    public async Task A_table_that_is_gone_has_no_number_until_it_is_back()
    {
        await service.SqlAsync("ALTER TABLE pod_details RENAME TO away");
        time.Advance(Interval);
        await ReportedAsync("");
        await service.SqlAsync("ALTER TABLE away RENAME TO pod_details");
        time.Advance(Interval);
        await ReportedAsync("live=2 dead=1");
    }

    [Test]
    public async Task A_database_that_does_not_answer_is_not_waited_for()
    {
        await using NpgsqlConnection connection = new(service.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        await using NpgsqlCommand command = new("LOCK TABLE pod_details IN ACCESS EXCLUSIVE MODE", connection, transaction);
        await command.ExecuteNonQueryAsync();
        time.Advance(Interval);
        while (await service.SqlAsync("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'pod_details'::regclass") is 0L)
        {
            await Task.Delay(20); // until the count waits
        }

        time.Advance(Interval);
        await ReportedAsync("");
    }

    private async Task ReportedAsync(string expected)
    {
        string reported = await ScrapeAnewAsync();
        for (int i = 0; i < 30 && reported != expected; i++)
        {
            reported = await ScrapeAnewAsync();
        }

        Assert.That(reported, Is.EqualTo(expected));
    }

    /// <summary>What is reported now; the exporter repeats an answer for a moment.</summary>
    private async Task<string> ScrapeAnewAsync()
    {
        string old = await service.Http.GetStringAsync("/metrics");
        string text = old;
        while (text == old)
        {
            await Task.Delay(50);
            text = await service.Http.GetStringAsync("/metrics");
        }

        return string.Join(' ', PrometheusText.Parse(text).Find("pod_metadata_pods").Select(sample => $"{sample.Labels["state"]}={sample.Value}"));
    }
}
