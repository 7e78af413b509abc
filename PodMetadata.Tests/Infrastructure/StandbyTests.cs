using System.Globalization;
using System.Net;
using Npgsql;
using PodMetadata.Tests.Api;
using PodMetadata.Tests.Faults;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>Reads from a hot standby (<c>Database:ReadFrom=PreferStandby</c>), over PostgreSQL's own streaming replication.</summary>
[Parallelizable]
public sealed class StandbyTests
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Database:ReadFrom"] = "PreferStandby",
        ["Database:LookupTimeout"] = "00:00:10", // half of it is the standby's
        ["Database:ListingTimeout"] = "00:00:10",
    };

    private static readonly string Began = DateTime.UtcNow.AddMinutes(-2).ToString("s", CultureInfo.InvariantCulture);

    private static readonly string[] Reads =
    [
        "/pod/name/web-0", "/pod/ip/10.0.0.1", $"/pod/ip/10.0.0.1?at={Began}", "/pod/ip/10.0.0.1/history", "/pod/list/worker-1", "/pod/info",
        "/pod/info?limit=1&labelSelector=a!%3Db",
    ];

    private Cluster primary = null!;
    private Cluster standby = null!;

    [SetUp]
    public async Task StartAsync()
    {
        primary = new Cluster("primary");
        standby = new Cluster("standby");
        await primary.StartAsync();
        await standby.FollowAsync(primary);
    }

    [TearDown]
    public async Task RemoveAsync()
    {
        await primary.ThawAsync();
        await standby.ThawAsync();
        await standby.RemoveAsync();
        await primary.RemoveAsync();
    }

    [Test]
    public async Task Reads_are_answered_by_the_standby_as_of_what_it_has_replayed()
    {
        await using Service service = await StartServiceAsync();
        await UpsertAsync(service);
        await WaitForReplayAsync();
        await standby.SqlAsync("SELECT pg_wal_replay_pause()");
        Assert.That(await service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": "10.0.0.1" }"""), Is.EqualTo("1"));
        await service.UpsertAsync(PodJson.With("""{ "pod_name": "late" }"""));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await StatusAsync(service, "/pod/name/late"), Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(await service.NamesAsync("/pod/list/worker-1"), Is.EqualTo(new[] { "web-0" }));
            Assert.That((await service.GetAsync("/pod/name/web-0"))["is_dead"]!.GetValue<bool>(), Is.False);
        }

        await standby.SqlAsync("SELECT pg_wal_replay_resume()");
        await service.WaitForAsync("/pod/name/late", HttpStatusCode.OK);
    }

    [Test]
    public async Task Every_read_is_one_that_a_standby_can_answer()
    {
        await using Service service = await StartServiceAsync();
        await UpsertAsync(service);
        await WaitForReplayAsync();
        await primary.StopAsync();
        await service.WaitForAsync("/readyz", HttpStatusCode.ServiceUnavailable);
        await AssertAllServedAsync(service);

        using HttpResponseMessage resolve = await service.PostAsync("/pod/resolve?fields=match", """[{ "ip": "10.0.0.1" }]""");
        Assert.That(resolve.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        using HttpResponseMessage write = await service.PostAsync("/pod/mark_dead", """{ "pod_name": "web-0", "pod_ip": "10.0.0.1" }""");
        Assert.That(write.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
    }

    [TestCase("killed")]
    [TestCase("frozen")]
    public async Task Without_the_standby_the_primary_answers(string how)
    {
        await using Service service = await StartServiceAsync();
        await UpsertAsync(service);
        await service.WaitForAsync("/pod/name/web-0", HttpStatusCode.OK); // from the standby, whose connections are open now
        await (how is "killed" ? standby.KillAsync() : standby.FreezeAsync());
        await AssertAllServedAsync(service);

        foreach (string work in new[] { "lookups", "listings" })
        {
            Assert.That(service.Warnings(), Has.Exactly(1).StartsWith($"No standby answers {work}, so the primary does: "));
        }

        await (how is "killed" ? standby.StartAsync() : standby.ThawAsync());
        await Wait.UntilAsync(async () =>
            await StatusAsync(service, "/pod/name/web-0") == HttpStatusCode.OK
            && service.Log.GetSnapshot().Any(record => record.Message == "A standby answers lookups again"));
    }

    [Test]
    public async Task What_the_standby_lacks_is_asked_of_the_primary()
    {
        await standby.SqlAsync("SELECT pg_wal_replay_pause()");
        await using Service service = await StartServiceAsync(); // which migrates
        await UpsertAsync(service);
        Assert.That(await StatusAsync(service, "/pod/name/web-0"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await service.NamesAsync("/pod/info"), Is.EqualTo(new[] { "web-0" }));
    }

    [Test]
    public async Task A_frozen_primary_keeps_no_read_from_the_standby()
    {
        await using Service service = await StartServiceAsync();
        await UpsertAsync(service);
        await service.WaitForAsync("/pod/name/web-0", HttpStatusCode.OK);
        await primary.FreezeAsync();
        await service.WaitForAsync("/readyz", HttpStatusCode.ServiceUnavailable);
        await AssertAllServedAsync(service);

        Assert.That(service.Warnings(), Has.None.StartsWith("No standby answers"));
    }

    private Task<Service> StartServiceAsync() => Service.StartAsync(
        new NpgsqlConnectionStringBuilder(primary.ConnectionString)
        {
            Host = $"127.0.0.1:{primary.Port},127.0.0.1:{standby.Port}",
            Timeout = 4, // for a busy machine, and less than half of the limits
        }.ConnectionString,
        settings: Settings);

    private static async Task UpsertAsync(Service service) => await service.UpsertAsync(PodJson.With(
        $$"""{ "pod_name": "web-0", "pod_ip": "10.0.0.1", "node_name": "worker-1", "time_stamp": "{{Began}}" }"""));

    private static async Task AssertAllServedAsync(Service service)
    {
        foreach (string read in Reads)
        {
            Assert.That(await StatusAsync(service, read), Is.EqualTo(HttpStatusCode.OK), () => $"{read}; warnings: {string.Join('\n', service.Warnings())}");
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(Service service, string path)
    {
        using HttpResponseMessage response = await service.Http.GetAsync(path);
        return response.StatusCode;
    }

    private async Task WaitForReplayAsync()
    {
        object? written = await primary.SqlAsync("SELECT pg_current_wal_lsn()::text");
        await Wait.UntilAsync(async () => await standby.SqlAsync($"SELECT pg_last_wal_replay_lsn() >= '{written}'") is true);
    }
}
