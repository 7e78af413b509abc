using System.Text.Json.Nodes;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>The lists of all pods, at the start and after a watch that could not go on, and what goes wrong with them.</summary>
[Parallelizable(ParallelScope.All)] // none reads metrics, which services of one process share
public sealed class WatchListTests
{
    [Test]
    public async Task A_restart_writes_nothing_of_what_has_not_changed_and_what_was_not_seen_is_not_guessed()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        string database = await TestDatabase.CreateAsync();
        api.Load(FakePods.Many(1200, FakePods.Began));
        api.Put(FakePods.Running("shop", "once-x", "10.2.2.1"));
        api.Update("shop", "once-x", pod => pod.Finish(FakePods.Began.AddMinutes(5)));
        api.Put(FakePods.Running("shop", "set-0", "10.2.2.2"));
        api.Put(FakePods.Running("shop", "moved-0", "10.2.2.3"));
        JsonObject timeless = FakePods.Running("shop", "timeless-0", "10.2.2.5");
        timeless.FinishWithoutTime();
        api.Put(timeless);
        api.Put(FakePods.Running("zoo", "timeless-0", "10.2.2.6")); // has the row
        await using (WatchedService before = await WatchedService.StartAsync(api, database))
        {
            Assert.That(await before.HistoryAsync("10.2.2.1"), Is.EqualTo(new[] { "once-x 2026-01-01T10:00:00..2026-01-01T10:05:00" }), "first seen after its end");
        }

        await using Service idle = await Service.StartAsync(database);
        long written = (long)(await idle.SqlAsync("SELECT txid_current()"))!;
        api.Delete("shop", "set-0");
        api.Put(FakePods.Running("shop", "set-0", "10.2.2.2", DateTimeOffset.UtcNow));
        api.Update("shop", "moved-0", pod => pod.SetIp("10.2.2.4"));
        await using WatchedService after = await WatchedService.StartAsync(api, database);
        Assert.That(
            await idle.SqlAsync($"SELECT string_agg(pod_name, ' ' ORDER BY pod_name) FROM pod_details WHERE xmin::text::bigint > {written}"),
            Is.EqualTo("moved-0 set-0"), "nothing else was written");
        Assert.That(await after.Service.SqlAsync($"SELECT count(*) FROM {Leases.All} AS lease WHERE pod_ip = '10.2.2.2'"), Is.EqualTo(2), "another pod, with a gap between");
        Assert.That(await after.HolderAsync("10.2.2.3"), Is.EqualTo("unknown"));
        Assert.That(await after.HolderAsync("10.2.2.4"), Is.EqualTo("unique moved-0"));
    }

    [Test]
    public async Task A_first_list_is_vouched_for_as_of_its_beginning()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        api.Put(FakePods.Running("shop", "web-0", "10.2.18.1"));
        api.Add(FakeFault.Drip(bytesPerSecond: 1000), FakeRequests.List);
        using ActiveFault fault = api.Add(FakeFault.Status(503), FakeRequests.Watch);
        await using WatchedService watched = await WatchedService.StartAsync(api);
        await Wait.UntilAsync(async () => await watched.Service.SqlAsync("SELECT true FROM cluster_watch WHERE seen_at IS NOT NULL") is true);
        Assert.That(await watched.Service.SqlAsync("SELECT extract(epoch FROM now() - seen_at)::float8 FROM cluster_watch"), Is.GreaterThan(2));
    }

    [Test]
    public async Task A_pod_that_failed_while_nobody_watched_and_says_no_end_is_not_taken_for_an_earlier_one_of_its_name()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        string database = await TestDatabase.CreateAsync();
        api.Put(FakePods.Running("shop", "host-0", "10.2.19.1"));
        await using (WatchedService before = await WatchedService.StartAsync(api, database))
        {
            api.Update("shop", "host-0", pod => pod.Finish(FakePods.Began.AddMinutes(1)));
            api.Delete("shop", "host-0");
            api.Put(FakePods.Running("shop", "host-0", "10.2.19.1", FakePods.Began.AddMinutes(2)));
            await Wait.UntilAsync(async () => (await before.HistoryAsync("10.2.19.1")).Length == 2);
        }

        api.Update("shop", "host-0", pod => pod.FinishWithoutTime());
        await using WatchedService after = await WatchedService.StartAsync(api, database);
        await after.HolderIsAsync("10.2.19.1", "dead host-0");
    }

    [Test]
    public async Task A_list_that_cannot_be_read_to_its_end_ends_no_pod()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        string database = await TestDatabase.CreateAsync();
        api.Load(FakePods.Many(700, FakePods.Began));
        await using (await WatchedService.StartAsync(api, database))
        {
        }

        using ActiveFault fault = api.Add(FakeFault.CutAfter(500_000), FakeRequests.Page);
        await using WatchedService watched = await WatchedService.StartAsync(api, database, waitUntilListed: false);
        await Wait.UntilAsync(() => Task.FromResult(api.Count(FakeRequests.Page) >= 3));
        Assert.That(await watched.Service.SqlAsync("SELECT count(*) FROM pod_details WHERE is_dead"), Is.Zero);

        fault.Dispose();
        api.Delete("namespace-1", "pod-1");
        await watched.LoggedAsync("Listed 700 pods");
        await Wait.UntilAsync(async () => (long)(await watched.Service.SqlAsync("SELECT count(*) FROM pod_details WHERE is_dead"))! == 1);
    }

    [Test]
    public async Task A_list_that_begins_anew_forgets_what_the_one_before_had()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        string database = await TestDatabase.CreateAsync();
        api.Load(FakePods.Many(300, FakePods.Began));
        await using (await WatchedService.StartAsync(api, database))
        {
        }

        FakeObject first = api.Pods.First();
        api.Add(FakeFault.CutAfter(500_000), FakeRequests.List, times: 1);
        await using WatchedService watched = await WatchedService.StartAsync(api, database, waitUntilListed: false);
        await watched.LoggedAsync("Trying again");
        api.Delete(first.Namespace, first.Name);
        await watched.LoggedAsync("Listed 299 pods");
        Assert.That(await watched.Service.SqlAsync("SELECT string_agg(pod_name, ' ') FROM pod_details WHERE is_dead"), Is.EqualTo(first.Name));
    }

    [Test]
    public async Task A_list_that_waits_for_a_lock_ends_the_old_pod_and_not_the_new_one()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        string database = await TestDatabase.CreateAsync();
        api.Put(FakePods.Running("shop", "set-0", "10.2.8.1"));
        api.Put(FakePods.Running("shop", "set-1", "10.2.8.2"));
        await using (await WatchedService.StartAsync(api, database))
        {
        }

        foreach (string name in new[] { "set-0", "set-1" })
        {
            string ip = (string)api.Find("shop", name)!.ToJson()["status"]!["podIP"]!;
            api.Delete("shop", name);
            api.Put(FakePods.Running("shop", name, ip, DateTimeOffset.UtcNow));
        }

        await using Service idle = await Service.StartAsync(database);
        Task blocked = idle.SqlAsync("BEGIN; LOCK TABLE pod_details IN EXCLUSIVE MODE; SELECT pg_sleep(7); COMMIT");
        await using WatchedService watched = await WatchedService.StartAsync(api, database);
        await blocked;
        Assert.That(await watched.HolderAsync("10.2.8.1"), Is.EqualTo("unique set-0"));
        Assert.That(await watched.Service.SqlAsync($"SELECT count(*) FROM {Leases.All} AS lease WHERE pod_ip = '10.2.8.2'"), Is.EqualTo(2));
    }

    [Test]
    public async Task A_list_whose_pages_expire_twice_is_read_in_one()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        api.Load(FakePods.Many(700, FakePods.Began));
        using ActiveFault fault = api.Add(FakeFault.Status(410), FakeRequests.Page);
        await using WatchedService watched = await WatchedService.StartAsync(api);
        Assert.That(watched.CountLogged("Listed 700 pods"), Is.EqualTo(1));
        Assert.That((api.Count(FakeRequests.List), api.Count(FakeRequests.Page)), Is.EqualTo((3, 2)));
        Assert.That(watched.Service.Warnings(), Has.Some.Match("410 to list pods .*Trying again from the first page").And.Some.Match("410 to list pods .*Trying again without pages"));
    }

    [Test]
    public async Task A_list_that_cannot_be_read_in_one_either_is_read_in_pages_again()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        api.Load(FakePods.Many(700, FakePods.Began));
        api.Add(FakeFault.Status(410), FakeRequests.Page, times: 2);
        api.Add(FakeFault.CutAfter(api.Pods.Sum(pod => pod.Json.Length)), FakeRequests.List); // the first page is shorter
        await using WatchedService watched = await WatchedService.StartAsync(api, waitUntilListed: false);
        await Wait.UntilAsync(() => Task.FromResult(api.Count(FakeRequests.Page) >= 3));
        await watched.LoggedAsync("Listed 700 pods");
        Assert.That((api.Count(FakeRequests.List), api.Count(FakeRequests.Page)), Is.EqualTo((4, 3)));
    }

    [TestCase(400, 2)]
    [TestCase(404, 2)]
    [TestCase(401, 1)]
    [TestCase(403, 1)]
    [TestCase(429, 1)]
    [TestCase(503, 1)]
    public async Task A_page_that_is_refused_begins_the_list_anew_unless_the_refusal_is_not_of_the_page(int status, int lists)
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        api.Load(FakePods.Many(700, FakePods.Began));
        api.Add(FakeFault.Status(status), FakeRequests.Page, times: 1);
        await using WatchedService watched = await WatchedService.StartAsync(api);
        Assert.That(watched.CountLogged("Listed 700 pods"), Is.EqualTo(1));
        Assert.That((api.Count(FakeRequests.List), api.Count(FakeRequests.Page)), Is.EqualTo((lists, 2)));
    }

    [Test]
    public async Task A_page_that_fails_five_times_begins_the_list_anew_unless_a_right_is_missing_and_ends_no_pod([Values] bool isUnreadable)
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync();
        string database = await TestDatabase.CreateAsync();
        api.Load(FakePods.Many(700, FakePods.Began));
        await using (await WatchedService.StartAsync(api, database))
        {
        }

        api.Add(isUnreadable ? FakeFault.Json("{") : FakeFault.Status(403), FakeRequests.Page, times: 5);
        await using WatchedService watched = await WatchedService.StartAsync(api, database, waitUntilListed: false);
        await watched.LoggedAsync("Listed 700 pods");
        Assert.That(watched.CountLogged("Trying again from the first page"), Is.EqualTo(isUnreadable ? 1 : 0));
        Assert.That((api.Count(FakeRequests.List), api.Count(FakeRequests.Page)), Is.EqualTo((isUnreadable ? 3 : 2, 7)), "one list of the service before");
        Assert.That(await watched.Service.SqlAsync("SELECT count(*) FROM pod_details WHERE is_dead"), Is.Zero);
    }
}
