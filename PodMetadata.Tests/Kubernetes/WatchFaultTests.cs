using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>What goes wrong between a service that watches, the API server and the database.</summary>
[Parallelizable(ParallelScope.All)] // none reads metrics, which services of one process share
public sealed class WatchFaultTests
{
    [Test]
    public async Task Cuts_and_errors_of_a_watch_lose_nothing_and_list_nothing()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        await using WatchedService watched = await WatchedService.StartAsync(api);
        int pods = 0;
        foreach (Action fault in new Action[]
        {
            api.CutWatches, api.EndWatches,
            () => api.Add(FakeFault.CutLine(afterBytes: 100), FakeRequests.Watch, times: 1),
            () => api.Add(FakeFault.CutLineInCharacter(), FakeRequests.Watch, times: 1),
            () => { api.Add(FakeFault.Status(429, retryAfter: 1), FakeRequests.Watch, times: 1); api.CutWatches(); },
            () => { api.Add(FakeFault.Html(502), FakeRequests.Watch, times: 1); api.CutWatches(); },
        })
        {
            fault();
            string ip = $"10.2.0.{++pods}";
            api.Put(FakePods.Running("shop", $"pod-{pods}", ip));
            await watched.HolderIsAsync(ip, $"unique pod-{pods}");
        }

        Assert.That(api.Count(FakeRequests.List), Is.EqualTo(1));
        Assert.That(watched.CountLogged("The watch goes on from version"), Is.GreaterThan(3));
        Assert.That(watched.Service.Warnings(), Has.Some.Contains("429 to watch pods"));
    }

    [Test]
    public async Task A_version_that_is_too_old_and_an_unreadable_line_make_a_list_which_ends_what_is_missing_when_it_was_last_vouched_for([Values] bool answersGone)
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync(new FakeApiOptions { BookmarkInterval = TimeSpan.FromSeconds(0.5) });
        api.AnswersGone = answersGone;
        api.Put(FakePods.Running("shop", "gone-0", "10.2.1.1"));
        api.Put(FakePods.Running("shop", "kept-0", "10.2.1.2"));
        await using WatchedService watched = await WatchedService.StartAsync(api);
        await watched.Service.SqlAsync("UPDATE pod_details SET posted_at = now() - interval '2 hours'; UPDATE cluster_watch SET seen_at = now() - interval '1 hour'");

        // Without the watch: gone-0 leaves, and who comes with the old version is told that it is too old.
        using (api.Add(FakeFault.Status(503), FakeRequests.Watch))
        {
            api.CutWatches();
            api.Delete("shop", "gone-0");
            api.Put(FakePods.Running("shop", "new-0", "10.2.1.1", DateTimeOffset.UtcNow.AddSeconds(-1)));
            api.Compact();
        }

        await watched.LoggedAsync("Listed ", times: 2);
        Assert.That(watched.CountLogged("Listing the pods of the cluster: expired"), Is.EqualTo(1));
        Assert.That(
            await watched.Service.SqlAsync("SELECT valid_to AT TIME ZONE 'UTC' BETWEEN now() - interval '61 minutes' AND now() - interval '59 minutes' FROM "
                + Leases.All + " AS lease WHERE pod_name = 'gone-0'"),
            Is.True, "it was last vouched for an hour ago");
        Assert.That(await watched.HolderAsync("10.2.1.1"), Is.EqualTo("unique new-0"));
        Assert.That(await watched.HolderAsync("10.2.1.1", $"{DateTime.UtcNow.AddMinutes(-30):s}"), Is.EqualTo("unknown"));
        Assert.That(await watched.HolderAsync("10.2.1.2"), Is.EqualTo("unique kept-0"));

        api.Add(FakeFault.Garbage(), FakeRequests.Watch, times: 1);
        api.Put(FakePods.Running("shop", "late-0", "10.2.1.3"));
        await watched.HolderIsAsync("10.2.1.3", "unique late-0");
        Assert.That(watched.CountLogged("Listing the pods of the cluster: unreadable"), Is.EqualTo(1));
    }

    [TestCase(true, "2026-01-01T10:06:00", Description = "its containers had ended, which nothing starts again")]
    [TestCase(false, "2026-01-01T11:00:00", Description = "the containers might have started again until it was last vouched for")]
    public async Task A_pod_that_was_deleted_while_nobody_watched_ended_with_its_containers_if_it_was_being_deleted_before(bool isTerminating, string end)
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        await using WatchedService watched = await WatchedService.StartAsync(api);
        foreach (string name in new[] { "missing-0", "replaced-0" })
        {
            JsonObject pod = FakePods.Running("shop", name, name == "missing-0" ? "10.2.16.1" : "10.2.16.2");
            if (isTerminating)
            {
                pod.Terminate(FakePods.Began.AddMinutes(5));
            }

            pod.Finish(FakePods.Began.AddMinutes(6));
            pod["status"]!["phase"] = "Running"; // as kubelets left it before 1.27
            api.Put(pod);
        }

        await watched.HolderIsAsync("10.2.16.2", "unique replaced-0");
        using (api.Add(FakeFault.Status(503), FakeRequests.Watch))
        {
            api.CutWatches();
            api.Delete("shop", "missing-0");
            api.Delete("shop", "replaced-0");
            api.Put(FakePods.Running("shop", "replaced-0", "10.2.16.3", FakePods.Began.AddHours(2)));
            api.Compact();
            await watched.LoggedAsync("Trying again");
            await watched.Service.SqlAsync("UPDATE pod_details SET posted_at = '2026-01-01T11:00Z'; UPDATE cluster_watch SET seen_at = '2026-01-01T11:00Z'");
        }

        await watched.LoggedAsync("Listed ", times: 2);
        Assert.That(await watched.HistoryAsync("10.2.16.1"), Is.EqualTo(new[] { $"missing-0 2026-01-01T10:00:00..{end}" }));
        Assert.That(await watched.HistoryAsync("10.2.16.2"), Is.EqualTo(new[] { $"replaced-0 2026-01-01T10:00:00..{end}" }));
    }

    [Test]
    public async Task A_missing_right_is_named_and_the_watch_begins_once_it_is_given()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        api.Deny("watch", "pods");
        await using WatchedService watched = await WatchedService.StartAsync(api);
        await watched.LoggedAsync("The API server forbids to watch pods");
        await Wait.UntilAsync(() => Task.FromResult(api.Count(FakeRequests.Watch) >= 3));
        Assert.That(watched.CountLogged("The API server forbids to watch pods"), Is.EqualTo(1), "it is said once");
        api.Allow("watch", "pods");
        api.Put(FakePods.Running("shop", "web-0", "10.2.4.1"));
        await watched.HolderIsAsync("10.2.4.1", "unique web-0");
    }

    [TestCase(HttpProtocols.Http1)]
    [TestCase(HttpProtocols.Http2)]
    public async Task A_rotated_token_is_read_again(HttpProtocols protocols)
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync(new FakeApiOptions { Protocols = protocols });
        await using WatchedService watched = await WatchedService.StartAsync(api);
        api.RotateToken();
        api.CutWatches();
        api.Put(FakePods.Running("shop", "web-0", "10.2.5.1"));
        await watched.HolderIsAsync("10.2.5.1", "unique web-0");
    }

    [Test]
    public async Task One_of_two_instances_leads_and_the_other_takes_over()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        string database = await TestDatabase.CreateAsync();
        await using WatchedService one = await WatchedService.StartAsync(api, database);
        await using WatchedService other = await WatchedService.StartAsync(api, database, waitUntilListed: false);
        await other.LoggedAsync("Another instance watches the cluster");
        Assert.That((Leaders(one), Leaders(other), api.OpenWatches), Is.EqualTo((1, 0, 1)));

        // The session ends, as that of a frozen or unreachable instance does, and with it the right to write.
        await one.EndSessionAsync();
        api.Put(FakePods.Running("shop", "web-0", "10.2.6.1"));
        await one.HolderIsAsync("10.2.6.1", "unique web-0");
        Assert.That(Leaders(one) + Leaders(other), Is.EqualTo(2));
    }

    [Test]
    public async Task What_the_database_cannot_take_waits_and_is_not_lost()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        await using WatchedService watched = await WatchedService.StartAsync(api);
        Task blocked = watched.Service.SqlAsync("BEGIN; LOCK TABLE pod_details; SELECT pg_sleep(7); COMMIT");
        await Wait.UntilAsync(async () => (long)(await watched.Service.SqlAsync("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'pod_details'::regclass"))! == 1);
        for (int i = 1; i <= 50; i++)
        {
            api.Put(FakePods.Running("shop", $"pod-{i}", $"10.2.7.{i}"));
        }

        await blocked;
        await watched.HolderIsAsync("10.2.7.50", "unique pod-50");
        Assert.That(await watched.Service.SqlAsync("SELECT count(*) FROM pod_details"), Is.EqualTo(50));
        Assert.That(api.Count(FakeRequests.List), Is.EqualTo(1));
    }

    [Test]
    public async Task A_pod_that_the_database_does_not_take_is_named_until_it_does()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        await using WatchedService watched = await WatchedService.StartAsync(api);
        await watched.Service.SqlAsync("ALTER TABLE pod_details ADD CONSTRAINT refused CHECK (pod_name <> 'web-0')");
        api.Put(FakePods.Running("shop", "web-0", "10.2.10.1"));
        await watched.LoggedAsync("The database does not take what the cluster says of pod shop/web-0: 23514");
        await watched.Service.SqlAsync("ALTER TABLE pod_details DROP CONSTRAINT refused");
        await watched.HolderIsAsync("10.2.10.1", "unique web-0");
    }

    [TestCase(403)]
    [TestCase(503)]
    public async Task A_pod_whose_owner_cannot_be_read_waits_and_gets_the_owners_name(int status)
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        await using WatchedService watched = await WatchedService.StartAsync(api);
        FakeObject owner = api.Put(FakeWorkloads.Workload("StatefulSet", "shop", "db"));
        api.Add(FakeFault.Status(status), FakeRequests.Get, times: 1, resource: "statefulsets");
        api.Put(FakePods.Running("shop", "db-0", "10.2.11.1", owner: owner));
        await watched.HolderIsAsync("10.2.11.1", "unique db-0");
        Assert.That((string?)(await watched.PodAsync("db-0"))["pod_identity"], Is.EqualTo("db"));
        Assert.That(watched.Service.Warnings(), Has.Some.Contains("get statefulsets.apps"));
    }

    [Test]
    public async Task An_api_server_that_goes_away_and_comes_back_ends_no_pod_and_loses_none()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        api.Put(FakePods.Running("shop", "web-0", "10.2.12.1"));
        await using WatchedService watched = await WatchedService.StartAsync(api);
        await api.PauseAsync();
        await watched.LoggedAsync("Trying again");
        Assert.That(await watched.HolderAsync("10.2.12.1"), Is.EqualTo("unique web-0"));
        api.Put(FakePods.Running("shop", "web-1", "10.2.12.2"));
        await api.ResumeAsync();
        await watched.HolderIsAsync("10.2.12.2", "unique web-1");
        Assert.That(await watched.HolderAsync("10.2.12.1"), Is.EqualTo("unique web-0"));
        Assert.That(api.Count(FakeRequests.List), Is.EqualTo(1));
    }

    private static int Leaders(WatchedService watched) => watched.CountLogged("This instance watches the cluster");
}
