using System.Net;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Api;

/// <summary>Who had an IP when, as the records and marks tell it.</summary>
public sealed class LeaseTests : ServiceTests
{
    private const string First = "10.0.0.1";
    private const string Second = "10.0.0.2";
    private const string Finished = """{ "pod_obj": { "status": { "phase": "Succeeded" } } }""";

    [Test]
    public async Task A_lease_holds_what_the_record_said_when_it_began()
    {
        await Service.UpsertAsync(Moments.Pod(10, "2001:DB8::1", """{ "pod_obj": { "spec": { "hostNetwork": true } } }"""));
        await Service.UpsertAsync(Moments.Pod(20, "2001:DB8::1", """{ "pod_identity": "other", "workload_selector_labels": null }"""));
        JsonNode history = await Service.GetAsync("/pod/ip/2001:db8:0::1/history");
        Assert.That(history, Json.EqualTo(JsonNode.Parse($$"""
            [{
              "pod_name": "web-0", "pod_namespace": "a", "pod_ip": "2001:db8::1", "node_name": "n1", "pod_identity": "my-app",
              "workload_selector_labels": { "app.kubernetes.io/name": "my-app" }, "host_network": true, "valid_from": "{{Moments.At(10)}}", "valid_to": null
            }]
            """)!));
    }

    [Test]
    public async Task Posts_again_write_no_lease()
    {
        await Service.UpsertAsync(Moments.Pod(10, First));
        string lease = await LeasesAsync();
        await Service.UpsertAsync(Moments.Pod(20, First));
        await Service.UpsertAsync(Moments.Pod(30, First, """{ "pod_obj": { "changed": true } }"""));
        Assert.That(await LeasesAsync(), Is.EqualTo(lease).And.EqualTo("10.0.0.1 n1 10-"));
        Assert.That(await Service.SqlAsync("SELECT count(*) FROM pod_ip_leases"), Is.Zero);
    }

    [TestCase(Finished)]
    [TestCase("""{ "is_dead": true }""")]
    public async Task Ends_posted_again_write_no_lease(string end)
    {
        await Service.UpsertAsync(Moments.Pod(10, First));
        for (int second = 20; second < 50; second += 10)
        {
            await Service.UpsertAsync(Moments.Pod(second, First, end));
        }

        Assert.That(await LeasesAsync(), Is.EqualTo("10.0.0.1 n1 10-20"));
    }

    [TestCase("""{ "pod_ip": "10.0.0.2" }""", ExpectedResult = "10.0.0.1 n1 10-20, 10.0.0.2 n1 20-")]
    [TestCase("""{ "node_name": "n2" }""", ExpectedResult = "10.0.0.1 n1 10-20, 10.0.0.1 n2 20-")]
    [TestCase("""{ "is_dead": true }""", ExpectedResult = "10.0.0.1 n1 10-20")]
    [TestCase("""{ "is_dead": true, "pod_ip": "10.0.0.2" }""", ExpectedResult = "10.0.0.1 n1 10-20")]
    [TestCase(Finished, ExpectedResult = "10.0.0.1 n1 10-20")]
    [TestCase("""{ "pod_namespace": "b" }""", ExpectedResult = "10.0.0.1 n1 10-, b: 10.0.0.1 n1 20-")]
    [TestCase("""{ "pod_namespace": null }""", ExpectedResult = "10.0.0.1 n1 10-20, : 10.0.0.1 n1 20-")]
    public async Task<string> The_next_record_ends_a_lease(string change)
    {
        await Service.UpsertAsync(Moments.Pod(10, First));
        await Service.UpsertAsync(Moments.Pod(20, First, change));
        return await LeasesAsync();
    }

    [Test]
    public async Task A_name_in_two_namespaces_keeps_a_lease_in_each_while_its_records_replace_each_other()
    {
        for (int minute = 0; minute < 3; minute++)
        {
            await Service.UpsertAsync(Moments.Pod(10 + (60 * minute), First));
            await Service.UpsertAsync(Moments.Pod(20 + (60 * minute), Second, """{ "pod_namespace": "b" }"""));
        }

        Assert.That(await LeasesAsync(), Is.EqualTo("10.0.0.1 n1 10-, b: 10.0.0.2 n1 20-"));
        await Service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": "10.0.0.1" }""");
        Assert.That(await LeasesAsync(), Is.EqualTo("10.0.0.1 n1 10-now, b: 10.0.0.2 n1 20-"), "though the record is the other's");
    }

    [TestCase("""{ "pod_name": "web-0" }""", ExpectedResult = "10.0.0.1 n1 10-now")]
    [TestCase("""{ "pod_name": "web-0", "pod_ip": "10.0.0.1" }""", ExpectedResult = "10.0.0.1 n1 10-now")]
    [TestCase("""{ "pod_name": "web-0", "pod_ip": "10.0.0.2" }""", ExpectedResult = "10.0.0.1 n1 10-")]
    [TestCase("""{ "pod_name": "web-1" }""", ExpectedResult = "10.0.0.1 n1 10-")]
    public async Task<string> A_mark_ends_a_lease_by_the_servers_clock(string mark)
    {
        await Service.UpsertAsync(Moments.Pod(10, First));
        await Service.MarkDeadAsync(mark);
        return await LeasesAsync();
    }

    // What comes late says what was at its moment, between what is known of before and after.
    [TestCase("10 10.0.0.1, 20 10.0.0.2, 15 10.0.0.1", ExpectedResult = "10.0.0.1 n1 10-20, 10.0.0.2 n1 20-")]
    [TestCase("10 10.0.0.1, 20 10.0.0.2, 25 10.0.0.2, 20 10.0.0.2, 10 10.0.0.1", ExpectedResult = "10.0.0.1 n1 10-20, 10.0.0.2 n1 20-")]
    [TestCase("20 10.0.0.2, 10 10.0.0.1", ExpectedResult = "10.0.0.1 n1 10-20, 10.0.0.2 n1 20-")]
    [TestCase("20 10.0.0.1, 10 10.0.0.1", ExpectedResult = "10.0.0.1 n1 10-")]
    [TestCase("10 10.0.0.1, 30 10.0.0.1, 20 10.0.0.2", ExpectedResult = "10.0.0.1 n1 10-20, 10.0.0.2 n1 20-30, 10.0.0.1 n1 30-")]
    [TestCase("10 10.0.0.1, 30 10.0.0.1, 20 dead", ExpectedResult = "10.0.0.1 n1 10-")]
    [TestCase("10 10.0.0.1, 30 dead, 20 10.0.0.2", ExpectedResult = "10.0.0.1 n1 10-20, 10.0.0.2 n1 20-30")]
    [TestCase("10 10.0.0.1, 20 dead, 40 10.0.0.2, 30 10.0.0.1", ExpectedResult = "10.0.0.1 n1 10-20, 10.0.0.1 n1 30-40, 10.0.0.2 n1 40-")]
    [TestCase("10 10.0.0.1, 20 dead, 15 10.0.0.1", ExpectedResult = "10.0.0.1 n1 10-20")]
    [TestCase("10 10.0.0.1, 20 dead, 15 10.0.0.1, 25 10.0.0.1", ExpectedResult = "10.0.0.1 n1 10-20, 10.0.0.1 n1 25-")]
    [TestCase("20 dead, 10 10.0.0.1, 10 10.0.0.1, 30 10.0.0.1", ExpectedResult = "10.0.0.1 n1 10-20, 10.0.0.1 n1 30-")]
    [TestCase("10 10.0.0.1, 10 10.0.0.2", ExpectedResult = "10.0.0.1 n1 10-10, 10.0.0.2 n1 10-")]
    [TestCase("10 10.0.0.1, 10 dead", ExpectedResult = "10.0.0.1 n1 10-10")]
    [TestCase("10 10.0.0.1, 30 10.0.0.2, 20 10.0.0.2", ExpectedResult = "10.0.0.1 n1 10-20, 10.0.0.2 n1 20-")]
    [TestCase("20 dead, 20 10.0.0.2, 10 10.0.0.1", ExpectedResult = "10.0.0.1 n1 10-20, 10.0.0.2 n1 20-")]
    [TestCase("10 10.0.0.1, 30 10.0.0.1, 20 10.0.0.1, 30 dead, 25 10.0.0.2", ExpectedResult = "10.0.0.1 n1 10-25, 10.0.0.2 n1 25-30")]
    // An end that comes late is that of an earlier stay, also when the later one has ended or moved on.
    [TestCase("10 10.0.0.1, 20 10.0.0.1, 30 dead, 31 10.0.0.1, 15 dead", ExpectedResult = "10.0.0.1 n1 10-30, 10.0.0.1 n1 31-")]
    [TestCase("10 10.0.0.1, 20 10.0.0.1, 30 10.0.0.2, 15 dead, 40 10.0.0.2", ExpectedResult = "10.0.0.1 n1 10-30, 10.0.0.2 n1 30-")]
    // Clocks that are ahead by hours.
    [TestCase("40000 10.0.0.1, 20000 10.0.0.1, 30000 dead", ExpectedResult = "10.0.0.1 n1 20000-30000")]
    [TestCase("40000 10.0.0.1, 30000 dead", ExpectedResult = "10.0.0.1 n1 40000-40000")]
    public async Task<string> Late_and_repeated_posts(string posts)
    {
        foreach (string[] post in posts.Split(", ").Select(post => post.Split(' ')))
        {
            bool isDead = post[1] == "dead";
            await Service.UpsertAsync(Moments.Pod(int.Parse(post[0], System.Globalization.CultureInfo.InvariantCulture), isDead ? First : post[1], isDead ? """{ "is_dead": true }""" : "{}"));
        }

        return await LeasesAsync();
    }

    [Test]
    public async Task A_pod_that_was_marked_dead_by_mistake_has_a_lease_again_from_its_next_post_on()
    {
        await Service.UpsertAsync(Moments.Pod(10, First));
        await Service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": "10.0.0.1" }""");
        await Service.UpsertAsync(Moments.Pod(15, First));
        Assert.That(await LeasesAsync(), Is.EqualTo("10.0.0.1 n1 10-now"), "seen before the mark, and posted after it");
        await Service.UpsertAsync(Moments.Pod(7200, First));
        Assert.That(await LeasesAsync(), Is.EqualTo("10.0.0.1 n1 10-now, 10.0.0.1 n1 7200-"));
    }

    [Test]
    public async Task A_mark_of_the_old_ip_says_nothing_of_the_new_one_that_is_told_of_later()
    {
        await Service.UpsertAsync(Moments.Pod(10, First));
        await Service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": "10.0.0.1" }""");
        await Service.UpsertAsync(Moments.Pod(20, Second));
        Assert.That(await LeasesAsync(), Is.EqualTo("10.0.0.1 n1 10-20, 10.0.0.2 n1 20-"));
    }

    [TestCase(10)]
    [TestCase(20)]
    public async Task An_end_that_is_posted_after_a_mark_says_when_the_pod_ended(int end)
    {
        await Service.UpsertAsync(Moments.Pod(10, First));
        await Service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": "10.0.0.1" }""");
        foreach (int second in new[] { end, end + 10 })
        {
            await Service.UpsertAsync(Moments.Pod(second, First, """{ "is_dead": true }"""));
            Assert.That(await LeasesAsync(), Is.EqualTo($"10.0.0.1 n1 10-{end}"));
        }
    }

    [Test]
    public async Task A_late_post_is_taken_though_a_clock_was_ahead_and_a_mark_came_between()
    {
        foreach (int second in new[] { 3400, 40000, 3450 })
        {
            await Service.UpsertAsync(Moments.Pod(second, First));
        }

        await Service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": "10.0.0.1" }""");
        await Service.UpsertAsync(Moments.Pod(3455, Second));
        Assert.That(await LeasesAsync(), Does.StartWith("10.0.0.1 n1 3400-3455, 10.0.0.2 n1 3455-").And.EndWith("-now"));
    }

    [Test]
    public async Task A_mark_stays_one_when_a_late_post_comes_before_the_end_of_its_lease()
    {
        foreach (int second in new[] { 10, 30, 20 })
        {
            await Service.UpsertAsync(Moments.Pod(second, First));
        }

        await Service.MarkDeadAsync("""{ "pod_name": "web-0", "pod_ip": "10.0.0.1" }""");
        await Service.UpsertAsync(Moments.Pod(25, Second));
        Assert.That(await LeasesAsync(), Is.EqualTo("10.0.0.1 n1 10-25, 10.0.0.2 n1 25-30, 10.0.0.1 n1 30-now"));
        await Service.UpsertAsync(Moments.Pod(35, "10.0.0.3"));
        Assert.That(
            await LeasesAsync(), Is.EqualTo("10.0.0.1 n1 10-25, 10.0.0.2 n1 25-30, 10.0.0.1 n1 30-35, 10.0.0.3 n1 35-"), "the mark says nothing of the third IP");
    }

    [TestCase("""{ "pod_name": "web-0" }""")]
    [TestCase("""{ "pod_name": "web-0", "pod_ip": "10.0.0.1" }""")]
    public async Task A_mark_that_waits_for_a_post_ends_the_lease_which_that_post_begins(string mark)
    {
        await Service.UpsertAsync(Moments.Pod(10, First));
        await using Npgsql.NpgsqlConnection other = new(Service.ConnectionString);
        await other.OpenAsync();
        await using Npgsql.NpgsqlTransaction transaction = await other.BeginTransactionAsync();
        await using Npgsql.NpgsqlCommand post = new("UPDATE pod_details SET node_name = 'n2', time_stamp = clock_timestamp() AT TIME ZONE 'UTC'", other, transaction);
        await post.ExecuteNonQueryAsync();
        Task<string> marked = Service.MarkDeadAsync(mark);
        await Wait.UntilAsync(async () => await Service.SqlAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") is not 0L);
        await transaction.CommitAsync();
        Assert.That(await marked, Is.EqualTo("1"));
        Assert.That(
            await Service.SqlAsync($"SELECT string_agg(concat_ws(' ', is_dead, valid_to > valid_from), ', ') FROM pod_details JOIN {Leases.All} AS lease USING (pod_name)"),
            Is.EqualTo("t t, t t"));
    }

    [Test]
    public async Task Writers_at_the_same_time_never_make_leases_that_overlap()
    {
        Random random = new(20261124);
        JsonObject[] posts = [.. Enumerable.Range(0, 100).Select(_ => Moments.Pod(random.Next(60), $"10.0.0.{random.Next(4)}", random.Next(5) == 0 ? """{ "is_dead": true }""" : "{}"))];
        await Task.WhenAll(posts.Select(async (post, i) =>
        {
            using HttpResponseMessage answer = i % 10 == 0
                ? await Service.PostAsync("/pod/mark_dead", $$"""{ "pod_name": "web-0", "pod_ip": "{{post["pod_ip"]}}" }""")
                : await Service.PostAsync("/pod/spec", post.ToJsonString());
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        }));
        Assert.That(
            await Service.SqlAsync(Leases.CountOverlaps), Is.Zero);
    }

    [Test]
    public void No_statement_can_make_leases_that_overlap() =>
        Assert.That(
            () => Service.SqlAsync("""
                INSERT INTO pod_ip_leases (pod_name, pod_ip, node_name, host_network, valid_from, valid_to)
                VALUES ('web-0', '10.0.0.1', 'n1', false, '2026-01-01', '2026-01-03'), ('web-0', '10.0.0.2', 'n1', false, '2026-01-02', NULL)
                """),
            Throws.InstanceOf<Npgsql.PostgresException>().With.Property("SqlState").EqualTo("23P01"));

    [Test]
    public async Task The_history_of_an_ip_comes_in_pages_newest_first()
    {
        for (int i = 0; i < 7; i++)
        {
            await Service.UpsertAsync(Moments.Pod(i, First, $$"""{ "pod_name": "web-{{i / 2}}", "node_name": "n{{i}}" }"""));
        }

        List<string> nodes = [];
        for (string? path = "/pod/ip/10.0.0.1/history?limit=3"; path is not null;)
        {
            using HttpResponseMessage page = await Service.Http.GetAsync(path);
            nodes.Add(string.Join(' ', JsonNode.Parse(await page.Content.ReadAsStringAsync())!.AsArray().Select(lease => lease!["node_name"])));
            path = Links.Next(page);
        }

        Assert.That(nodes, Is.EqualTo(new[] { "n6 n5 n4", "n3 n2 n1", "n0" }));
    }

    [TestCase("/pod/ip/10.0.0/history", "ip")]
    [TestCase("/pod/ip/10.0.0.1/history?limit=0", "limit")]
    [TestCase("/pod/ip/10.0.0.1/history?limit=5001", "limit")]
    [TestCase("/pod/ip/10.0.0.1/history?limit=x", "limit")]
    [TestCase("/pod/ip/10.0.0.1/history?continue=x", "continue")]
    [TestCase("/pod/ip/10.0.0.1/history?continue=WyJhIiwiYiJd", "continue")]
    public async Task A_bad_question_is_refused(string path, string parameter)
    {
        using HttpResponseMessage answer = await Service.Http.GetAsync(path);
        JsonNode problem = await Problems.ReadAsync(answer, HttpStatusCode.BadRequest);
        Assert.That(problem["errors"]!.AsObject().Select(error => error.Key), Is.EqualTo(new[] { parameter }));
    }

    [Test]
    public async Task Nobody_is_no_fault() => Assert.That(await Service.GetAsync("/pod/ip/10.0.0.9/history"), Json.EqualTo(new JsonArray()));

    /// <summary>All leases, oldest first: their namespace unless it is a, their IP and node, and the seconds they begin and end at.</summary>
    private async Task<string> LeasesAsync() =>
        (string)(await Service.SqlAsync($"""
            SELECT coalesce(string_agg(format('%s%s %s %s-%s',
                CASE WHEN pod_namespace IS DISTINCT FROM 'a' THEN coalesce(pod_namespace, '') || ': ' END, pod_ip, node_name,
                extract(epoch FROM valid_from - '{Moments.At(0)}')::int,
                CASE WHEN valid_to BETWEEN (now() AT TIME ZONE 'UTC') - interval '1 minute' AND (now() AT TIME ZONE 'UTC') THEN 'now' ELSE extract(epoch FROM valid_to - '{Moments.At(0)}')::int::text END),
                ', ' ORDER BY coalesce(pod_namespace, 'z'), valid_from, valid_to), '')
            FROM {Leases.All} AS lease
            """))!;
}
