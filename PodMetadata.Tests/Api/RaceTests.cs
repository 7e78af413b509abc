using System.Net;
using System.Text.Json.Nodes;
using Npgsql;

namespace PodMetadata.Tests.Api;

/// <summary>Writers at the same time.</summary>
public sealed class RaceTests : ServiceTests
{
    [Test]
    public async Task Fifty_parallel_upserts_of_one_name_leave_one_of_their_rows()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Service.UpsertAsync(PodJson.With($$"""{"pod_ip":"10.0.0.{{i}}","node_name":"n{{i}}"}"""))));
        JsonNode pod = (await Service.GetAsync("/pod/info")).AsArray().Single()!;
        Assert.That(pod["pod_ip"]!.GetValue<string>(), Is.EqualTo("10.0.0." + pod["node_name"]!.GetValue<string>()[1..]));
    }

    [Test]
    public async Task An_upsert_with_a_new_ip_racing_a_mark_dead_with_the_old_one_never_leaves_the_pod_dead()
    {
        for (int round = 0; round < 200; round++)
        {
            await Service.UpsertAsync(PodJson.With("""{"pod_ip":"10.0.0.1"}"""));
            Task restart = Service.UpsertAsync(PodJson.With("""{"pod_ip":"10.0.0.2"}"""));
            Task<string> markDead = Service.MarkDeadAsync("""{"pod_name":"my-app-7d9f6b8c4-x5z2w","pod_ip":"10.0.0.1"}""");
            await Task.WhenAll(restart, markDead);
            JsonNode pod = await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w");
            Assert.That(pod, Json.EqualTo(PodJson.With("""{"pod_ip":"10.0.0.2"}""")), $"round {round}");
        }
    }

    [Test]
    public async Task A_pod_whose_row_another_transaction_holds_does_not_hold_its_neighbours_up()
    {
        await using Service service = await Service.StartAsync(settings: new Dictionary<string, string?> { ["Database:WriteTimeout"] = "00:00:03" });
        string[] names = [.. Enumerable.Range(0, 20).Select(i => $"pod-{i}")];
        string[] bodies = Array.ConvertAll(names, name => PodJson.With($$"""{ "pod_name": "{{name}}" }""").ToJsonString());
        await Task.WhenAll(bodies.Select(body => service.PostAsync("/pod/spec", body)));
        await using NpgsqlConnection holder = new(service.ConnectionString);
        await holder.OpenAsync();
        await using NpgsqlTransaction transaction = await holder.BeginTransactionAsync();
        await using NpgsqlCommand hold = new("SELECT 1 FROM pod_details WHERE pod_name = 'pod-7' FOR UPDATE", holder);
        await hold.ExecuteScalarAsync();

        HttpResponseMessage[] answers = await Task.WhenAll(bodies.Select(body => service.PostAsync("/pod/spec", body)));
        Assert.That(names.Zip(answers).Where(pod => pod.Second.StatusCode != HttpStatusCode.OK).Select(pod => (pod.First, pod.Second.StatusCode)),
            Is.EqualTo(new[] { ("pod-7", HttpStatusCode.ServiceUnavailable) }));
    }

    [Test]
    public async Task A_write_that_may_take_long_waits_as_long_for_a_row()
    {
        await Service.UpsertAsync(PodJson.With());
        await using NpgsqlConnection holder = new(Service.ConnectionString);
        await holder.OpenAsync();
        await using NpgsqlTransaction transaction = await holder.BeginTransactionAsync();
        await using NpgsqlCommand hold = new("SELECT 1 FROM pod_details FOR UPDATE", holder);
        await hold.ExecuteScalarAsync();
        Task<JsonNode> post = Service.UpsertAsync(PodJson.With("""{ "pod_identity": "other" }"""));
        await Wait.UntilAsync(async () => post.IsCompleted || await Service.SqlAsync("""
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND now() - query_start > interval '0.6 s'
            """) is > 0L); // longer than a write waits that may take no longer than by default
        await transaction.RollbackAsync();
        Assert.That((await post)["pod_identity"]!.GetValue<string>(), Is.EqualTo("other"));
    }
}
