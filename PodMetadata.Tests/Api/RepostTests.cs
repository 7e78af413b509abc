using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>Posting a pod again whose manifest has not changed: nobody can tell that the manifest was not written.</summary>
public sealed class RepostTests : ServiceTests
{
    private const string Later = """{ "time_stamp": "2026-05-12T10:33:14.123456" }""";

    [TestCase("{}")]
    [TestCase("""{ "pod_obj": null }""")]
    [TestCase("""{ "pod_obj": "text" }""")]
    [TestCase("""{ "pod_obj": [], "pod_namespace": null, "pod_identity": null, "workload_selector_labels": null }""")]
    public async Task A_pod_posted_again_has_its_new_time_stamp(string pod)
    {
        await Service.UpsertAsync(PodJson.With(pod));
        JsonObject again = PodJson.With(pod);
        again["time_stamp"] = "2026-05-12T10:33:14.123456";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.UpsertAsync(again), Json.EqualTo(again));
            Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Json.EqualTo(again));
        }
    }

    [Test]
    public async Task A_manifest_that_has_not_changed_is_not_written()
    {
        await Service.UpsertAsync(PodJson.With());
        object? digest = await Service.SqlAsync("SELECT pod_obj_digest FROM pod_details");
        await Service.SqlAsync("""UPDATE pod_details SET pod_obj = '{"by": "hand"}'""");
        await Service.SqlAsync($@"UPDATE pod_details SET pod_obj_digest = '\x{Convert.ToHexString((byte[])digest!)}'");
        await Service.UpsertAsync(PodJson.With());
        Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Json.EqualTo(PodJson.With("""{ "pod_obj": { "by": "hand" } }""")));
    }

    [Test]
    public async Task A_manifest_that_was_written_without_its_digest_is_replaced()
    {
        await Service.UpsertAsync(PodJson.With());
        await Service.SqlAsync("""UPDATE pod_details SET pod_obj = '{"by": "hand"}'""");
        await Service.UpsertAsync(PodJson.With());
        Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Json.EqualTo(PodJson.With()));
    }

    [Test]
    public async Task An_older_time_stamp_replaces_a_newer_one_too()
    {
        await Service.UpsertAsync(PodJson.With(Later));
        await Service.UpsertAsync(PodJson.With());
        Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Json.EqualTo(PodJson.With()));
    }

    [TestCase("""{ "pod_namespace": "other" }""")]
    [TestCase("""{ "pod_namespace": null }""")]
    [TestCase("""{ "pod_ip": "10.244.1.6" }""")]
    [TestCase("""{ "node_name": "worker-2" }""")]
    [TestCase("""{ "is_dead": true }""")]
    [TestCase("""{ "pod_identity": "other" }""")]
    [TestCase("""{ "pod_identity": null }""")]
    [TestCase("""{ "workload_selector_labels": { "app.kubernetes.io/name": "other" } }""")]
    [TestCase("""{ "workload_selector_labels": null }""")]
    [TestCase("""{ "pod_obj": { "spec": {} } }""")]
    [TestCase("""{ "pod_obj": null }""")]
    public async Task Whatever_else_has_changed_is_replaced_and_back_again(string change)
    {
        foreach (JsonObject pod in new[] { PodJson.With(), PodJson.With(change), PodJson.With() })
        {
            await Service.UpsertAsync(pod);
            Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Json.EqualTo(pod));
        }
    }

    [Test]
    public async Task What_another_instance_has_stored_meanwhile_is_replaced_too()
    {
        JsonObject[] pods = [PodJson.With(), PodJson.With("""{ "pod_obj": { "spec": {} } }""")];
        await using Service other = await Service.StartAsync(Service.ConnectionString);
        foreach ((Service instance, int pod) in new[] { (Service, 0), (other, 1), (Service, 1), (Service, 0), (other, 1), (other, 0), (Service, 0), (other, 0) })
        {
            await instance.UpsertAsync(pods[pod]);
            Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Json.EqualTo(pods[pod]));
        }
    }

    [Test]
    public async Task A_pod_marked_dead_lives_again_when_it_is_posted_again()
    {
        await Service.UpsertAsync(PodJson.With());
        await Service.MarkDeadAsync("""{ "pod_name": "my-app-7d9f6b8c4-x5z2w" }""");
        await Service.UpsertAsync(PodJson.With());
        Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Json.EqualTo(PodJson.With()));
        Assert.That(await Service.SqlAsync("SELECT died_at FROM pod_details"), Is.EqualTo(DBNull.Value));
    }

    [Test]
    public async Task A_dead_pod_posted_dead_again_died_when_it_died()
    {
        JsonObject dead = PodJson.With("""{ "is_dead": true }""");
        await Service.UpsertAsync(dead);
        object? died = await Service.SqlAsync("SELECT died_at FROM pod_details");
        await Service.UpsertAsync(dead);
        Assert.That(await Service.SqlAsync("SELECT died_at FROM pod_details"), Is.EqualTo(died).And.Not.EqualTo(DBNull.Value));
    }

    [Test]
    public async Task A_row_from_before_there_were_digests_is_replaced()
    {
        await Service.UpsertAsync(PodJson.With());
        await Service.SqlAsync("""UPDATE pod_details SET pod_obj = '{"old": true}', pod_obj_digest = NULL""");
        await Service.UpsertAsync(PodJson.With());
        Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Json.EqualTo(PodJson.With()));
        await Service.SqlAsync("""UPDATE pod_details SET pod_obj = '{"old": true}', pod_obj_digest = NULL""");
        await Service.UpsertAsync(PodJson.With("""{ "pod_obj": null }"""));
        Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Json.EqualTo(PodJson.With("""{ "pod_obj": null }""")));
    }

    [Test]
    public async Task Many_at_once_are_each_answered_with_their_own()
    {
        JsonObject[] pods = [.. Enumerable.Range(0, 500).Select(i => PodJson.With($$"""{ "pod_name": "pod-{{i % 400}}", "pod_ip": "10.0.0.{{i % 250}}", "pod_obj": { "i": {{i % 400}} } }"""))];
        foreach (int round in Enumerable.Range(0, 3))
        {
            await Task.WhenAll(pods.Select(async pod => Assert.That(await Service.UpsertAsync(pod), Json.EqualTo(pod), $"round {round}")));
        }

        Assert.That(await Service.NamesAsync("/pod/info"), Has.Length.EqualTo(400));
    }

    [Test]
    public async Task Posting_again_what_has_not_changed_touches_no_index()
    {
        const int Rounds = 3;
        JsonObject[] pods = [.. Enumerable.Range(0, 100).Select(i => PodJson.With($$"""{ "pod_name": "pod-{{i}}", "pod_obj": { "i": {{i}} } }"""))];

        // On a busy machine whoever writes or reads a page may keep it, and so the room of old rows, for a moment, but not always.
        (long Updates, long HeapOnly) all = (Rounds * pods.Length, Rounds * pods.Length);
        (long Updates, long HeapOnly) seen = await TryAsync();
        for (int i = 1; i < 3 && seen != all; i++)
        {
            seen = await TryAsync();
        }

        Assert.That(seen, Is.EqualTo(all));

        async Task<(long Updates, long HeapOnly)> TryAsync()
        {
            await Service.ClearAsync();
            await PostAllAsync("2026-05-12T10:32:00");
            (long updates, long heapOnly) = await UpdatesAsync();
            for (int round = 0; round < Rounds; round++)
            {
                await PostAllAsync($"2026-05-12T10:33:0{round}");
            }

            (long updatesThen, long heapOnlyThen) = await UpdatesAsync();
            return (updatesThen - updates, heapOnlyThen - heapOnly);
        }

        async Task PostAllAsync(string timeStamp)
        {
            foreach (JsonObject pod in pods)
            {
                pod["time_stamp"] = timeStamp;
                await Service.UpsertAsync(pod);
            }
        }
    }

    [Test]
    public async Task Racing_a_mark_dead_with_its_ip_a_pod_posted_again_is_live_or_dead_and_dead_after_one_more()
    {
        const string MarkDead = """{ "pod_name": "my-app-7d9f6b8c4-x5z2w", "pod_ip": "10.244.1.5" }""";
        JsonObject live = PodJson.With();
        JsonObject dead = PodJson.With("""{ "is_dead": true }""");
        await Service.UpsertAsync(live);
        for (int round = 0; round < 50; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 8).SelectMany(_ => new[]
            {
                Task.Run(async () => Assert.That(await Service.UpsertAsync(live), Json.EqualTo(live))),
                Task.Run(async () => Assert.That(await Service.MarkDeadAsync(MarkDead), Is.EqualTo("1"))),
                Task.Run(async () => Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Is.AnyOf(live, dead).Using<JsonNode>(JsonNode.DeepEquals))),
            }));
            Assert.That(await Service.MarkDeadAsync(MarkDead), Is.EqualTo("1"));
            Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Json.EqualTo(dead), $"round {round}");
        }
    }

    [Test]
    public async Task Racing_a_mark_dead_a_pod_posted_again_has_an_open_lease_exactly_if_it_lives([Values] bool withIp)
    {
        string mark = withIp ? """{ "pod_name": "my-app-7d9f6b8c4-x5z2w", "pod_ip": "10.244.1.5" }""" : """{ "pod_name": "my-app-7d9f6b8c4-x5z2w" }""";
        for (int round = 0; round < 40; round++)
        {
            if (round % 2 == 0)
            {
                await Service.ClearAsync(); // whoever marks may find no record yet
            }

            // A time stamp to come: whoever posts after a mark begins a lease, and whoever marks it ends it there.
            JsonObject live = PodJson.With($$"""{ "time_stamp": "{{2100 + round}}-05-12T10:32:14" }""");
            await Task.WhenAll(Enumerable.Range(0, 4).SelectMany(_ => new[] { Service.UpsertAsync(live), MarkAsync() }));
            Assert.That(
                await Service.SqlAsync($"SELECT is_dead <> EXISTS (SELECT FROM {Leases.All} AS lease WHERE lease.pod_name = pod_details.pod_name AND valid_to IS NULL) FROM pod_details"),
                Is.True, $"round {round}");
        }

        async Task<JsonNode> MarkAsync() => JsonNode.Parse(await Service.MarkDeadAsync(mark))!;
    }

    [Test]
    public async Task No_trigger_makes_re_posts_compute_what_has_not_changed() =>
        Assert.That(
            await Service.SqlAsync("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'pod_details'::regclass AND tgtype & 2 <> 0"), Is.Zero,
            "where a table has a trigger before updates, the server computes all stored generated columns anew");

    /// <summary>How many updates the table has seen, and how many of them touched no index. Connections tell as they end.</summary>
    private async Task<(long Updates, long HeapOnly)> UpdatesAsync()
    {
        await Service.SqlAsync("SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        long[] counts = (long[])(await Service.SqlAsync("SELECT ARRAY[n_tup_upd, n_tup_hot_upd] FROM pg_stat_user_tables WHERE relname = 'pod_details'"))!;
        return (counts[0], counts[1]);
    }
}
