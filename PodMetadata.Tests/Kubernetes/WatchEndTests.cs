using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>When the stays of pods that a service watches end.</summary>
[Parallelizable]
public sealed class WatchEndTests
{
    private FakeApiServer api = null!;
    private WatchedService watched = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        api = await FakeApiServer.StartAsync();
        watched = await WatchedService.StartAsync(api);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await watched.DisposeAsync();
        await api.DisposeAsync();
    }

    [Test]
    public async Task A_deleted_pod_is_dead_from_the_end_of_its_containers()
    {
        api.Put(FakePods.Running("shop", "deleted-0", "10.1.2.1"));
        await watched.HolderIsAsync("10.1.2.1", "unique deleted-0");
        api.Update("shop", "deleted-0", pod => pod.Terminate(FakePods.Began.AddMinutes(5)));
        api.Update("shop", "deleted-0", pod => pod.Finish(FakePods.Began.AddMinutes(6), hasSucceeded: false));
        api.Delete("shop", "deleted-0");
        await Wait.UntilAsync(async () => (bool)(await watched.PodAsync("deleted-0"))["is_dead"]!);
        Assert.That(await watched.HolderAsync("10.1.2.1"), Is.EqualTo("dead deleted-0"));
        Assert.That(await watched.HistoryAsync("10.1.2.1"), Is.EqualTo(new[] { "deleted-0 2026-01-01T10:00:00..2026-01-01T10:06:00" }));
    }

    [Test]
    public async Task A_finished_pod_gives_its_ip_back_while_its_object_is_still_there()
    {
        api.Put(FakePods.Running("shop", "once-x", "10.1.3.1"));
        api.Update("shop", "once-x", pod => pod.Finish(FakePods.Began.AddMinutes(7)));
        api.Put(FakePods.Running("shop", "next-0", "10.1.3.1", at: FakePods.Began.AddMinutes(8)));
        await watched.HolderIsAsync("10.1.3.1", "unique next-0");
        Assert.That(await watched.HistoryAsync("10.1.3.1"), Is.EqualTo(new[]
        {
            "next-0 2026-01-01T10:08:00..", "once-x 2026-01-01T10:00:00..2026-01-01T10:07:00",
        }));
    }

    [Test]
    public async Task A_pod_that_is_finished_before_its_status_has_the_ip_again_ended_all_the_same()
    {
        api.Put(FakePods.Running("shop", "quirk-x", "10.1.4.1"));
        await watched.HolderIsAsync("10.1.4.1", "unique quirk-x");
        api.Update("shop", "quirk-x", pod => pod.Finish(FakePods.Began.AddMinutes(7), keepsIp: false));
        await watched.HolderIsAsync("10.1.4.1", "dead quirk-x");
        api.Update("shop", "quirk-x", pod => pod.SetIp("10.1.4.1"));
        await Wait.UntilAsync(async () => (string?)(await watched.PodAsync("quirk-x"))["pod_obj"]!["status"]!["podIP"] == "10.1.4.1");
        Assert.That(await watched.HolderAsync("10.1.4.1"), Is.EqualTo("dead quirk-x"));
        Assert.That(await watched.HistoryAsync("10.1.4.1"), Is.EqualTo(new[] { "quirk-x 2026-01-01T10:00:00..2026-01-01T10:07:00" }));
    }

    [TestCase("10.1.11.1", false)]
    [TestCase("10.1.11.2", true, Description = "and a namesake has its row")]
    public async Task A_pod_that_fails_while_it_waits_for_its_next_start_ended_when_it_was_last_known_to_live(string ip, bool hasNamesake)
    {
        string name = $"crash-{hasNamesake}".ToLowerInvariant();
        JsonObject crashed = FakePods.Pending("shop", name, FakePods.Began);
        crashed.Schedule("node-1", FakePods.Began);
        crashed.Run(ip, FakePods.Began, hasCondition: false);
        crashed.Crash(FakePods.Began.AddMinutes(1));
        api.Put(crashed);
        await watched.HolderIsAsync(ip, $"unique {name}");
        await GiveRowAwayAsync(name, "10.1.11.3", hasNamesake);
        api.Update("shop", name, pod => pod.Finish(FakePods.Began.AddMinutes(1), hasSucceeded: false));
        api.Put(FakePods.Running("shop", $"after-{name}", ip, at: DateTimeOffset.UtcNow));
        await watched.HolderIsAsync(ip, $"unique after-{name}");
        Assert.That(await watched.HistoryAsync(ip), Has.None.Matches<string>(lease => lease.StartsWith(name, StringComparison.Ordinal) && lease.EndsWith("..", StringComparison.Ordinal)));
    }

    [TestCase("10.1.13.1", false)]
    [TestCase("10.1.13.2", true, Description = "and a namesake has its row")]
    public async Task A_pod_that_is_deleted_while_it_waits_for_its_next_start_did_not_end_with_its_crash(string ip, bool hasNamesake)
    {
        string name = $"backoff-{hasNamesake}".ToLowerInvariant();
        JsonObject crashed = FakePods.Running("shop", name, ip);
        crashed.Crash(FakePods.Began.AddMinutes(1));
        crashed.Terminate(FakePods.Began.AddMinutes(5));
        api.Put(crashed);
        await watched.HolderIsAsync(ip, $"unique {name}");
        await GiveRowAwayAsync(name, "10.1.13.3", hasNamesake);
        api.Update("shop", name, pod => pod.Finish(FakePods.Began.AddMinutes(1), hasSucceeded: false)); // the crash is the end of the container
        await watched.HolderIsAsync(ip, $"dead {name}");
        Assert.That(await watched.HistoryAsync(ip), Has.None.EndsWith("..").And.None.EndsWith("2026-01-01T10:01:00"));

        // By the clock of its node, which is behind the API server's, the next of its name began before the request.
        api.Delete("shop", name);
        api.Put(FakePods.Running("shop", name, ip, FakePods.Began.AddMinutes(4)));
        await watched.HolderIsAsync(ip, $"unique {name}");
        Assert.That(await watched.HistoryAsync(ip), Is.EqualTo(new[] { $"{name} 2026-01-01T10:04:00..", $"{name} 2026-01-01T10:00:00..2026-01-01T10:04:00" }));
    }

    [Test]
    public async Task A_pod_that_says_when_it_began_only_after_it_was_stored_ended_when_it_was_last_known_to_live()
    {
        JsonObject sandbox = FakePods.Pending("shop", "slow-0", FakePods.Began);
        sandbox.Schedule("node-1", FakePods.Began);
        sandbox.CreateSandbox("10.1.12.1", FakePods.Began, hasCondition: false);
        api.Put(sandbox);
        await watched.HolderIsAsync("10.1.12.1", "unique slow-0");
        api.Update("shop", "slow-0", pod => pod.StartContainers(FakePods.Began));
        await Wait.UntilAsync(async () => (await watched.HistoryAsync("10.1.12.1")).SequenceEqual(["slow-0 2026-01-01T10:00:00.."]));
        api.Update("shop", "slow-0", pod => pod.Finish(FakePods.Began.AddMinutes(1)));
        await watched.HolderIsAsync("10.1.12.1", "dead slow-0");
        Assert.That(await watched.HistoryAsync("10.1.12.1"), Has.None.EndsWith(".."));
    }

    [Test]
    public async Task A_restart_under_the_same_name_and_ip_is_another_stay()
    {
        api.Put(FakePods.Running("shop", "set-0", "10.1.5.1"));
        await watched.HolderIsAsync("10.1.5.1", "unique set-0");
        api.Update("shop", "set-0", pod => pod.Finish(FakePods.Began.AddMinutes(3), hasSucceeded: false));
        api.Delete("shop", "set-0");
        api.Put(FakePods.Running("shop", "set-0", "10.1.5.1", at: FakePods.Began.AddMinutes(4)));
        await Wait.UntilAsync(async () => (await watched.HistoryAsync("10.1.5.1")).Length == 2);
        Assert.That(await watched.HistoryAsync("10.1.5.1"), Is.EqualTo(new[]
        {
            "set-0 2026-01-01T10:04:00..", "set-0 2026-01-01T10:00:00..2026-01-01T10:03:00",
        }));
    }

    [TestCase("10.1.10.1", false)]
    [TestCase("10.1.10.2", true, Description = "and a namesake has its row")]
    public async Task A_pod_whose_end_is_known_only_by_its_receipt_ended_when_the_next_of_its_name_began(string ip, bool hasNamesake)
    {
        string name = $"next-{hasNamesake}".ToLowerInvariant();
        api.Put(FakePods.Running("shop", name, ip));
        await watched.HolderIsAsync(ip, $"unique {name}");
        await GiveRowAwayAsync(name, "10.1.10.3", hasNamesake);
        api.Delete("shop", name);
        api.Put(FakePods.Running("shop", name, ip, at: FakePods.Began.AddMinutes(4)));
        await Wait.UntilAsync(async () => (await watched.HistoryAsync(ip)).SequenceEqual(
            [$"{name} 2026-01-01T10:04:00..", $"{name} 2026-01-01T10:00:00..2026-01-01T10:04:00"]));
    }

    /// <summary>Puts a pod of the same name into another namespace, if there is to be one: it takes the row of the name.</summary>
    private async Task GiveRowAwayAsync(string name, string ip, bool hasNamesake)
    {
        if (hasNamesake)
        {
            api.Put(FakePods.Running("bank", name, ip));
            await watched.HolderIsAsync(ip, $"unique {name}");
        }
    }
}
