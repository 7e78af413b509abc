using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Npgsql;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Retention;
using PodMetadata.Infrastructure.Schema;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>Pods that have been dead for long go, and nothing else does.</summary>
public sealed class DeadPodPrunerTests : ServiceTests
{
    private const string Name = "my-app-7d9f6b8c4-x5z2w";
    private const string DiedAt = "SELECT died_at FROM pod_details";

    // Shorter than the 30 days of the service's own pruner, which so leaves these tests alone.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(3);

    [Test]
    public async Task Only_pods_dead_for_longer_than_the_time_set_go()
    {
        await DeadAsync(1, "4 days", "old");
        await DeadAsync(1, "2 days", "young");
        await LiveAsync("live");
        await LiveAsync("lives-since-long");
        await Service.SqlAsync("UPDATE pod_details SET died_at = now() - interval '4 days' WHERE pod_name = 'lives-since-long'");
        using DeadPodPruner pruner = Pruner();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await pruner.PruneAsync(CancellationToken.None), Is.EqualTo(1));
            Assert.That(await Service.NamesAsync("/pod/info"), Is.EqualTo(new[] { "live", "lives-since-long", "young1" }));
        }
    }

    [TestCase("mark_dead")]
    [TestCase("spec")]
    public async Task The_moment_is_the_servers_and_the_first_however_often_a_pod_is_marked_dead(string route)
    {
        await Service.UpsertAsync(PodJson.With("""{"time_stamp":"2001-01-01T00:00:00"}"""));
        Assert.That(await Service.SqlAsync(DiedAt), Is.EqualTo(DBNull.Value));
        await MarkAsync(route);
        object? first = await Service.SqlAsync(DiedAt);
        await MarkAsync("mark_dead");
        await MarkAsync("spec");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.SqlAsync("SELECT died_at > now() - interval '1 minute' FROM pod_details"), Is.True);
            Assert.That(await Service.SqlAsync(DiedAt), Is.EqualTo(first));
        }
    }

    [Test]
    public async Task A_pod_that_is_first_heard_of_dead_has_its_moment() =>
        Assert.That(await InsertedDeadAsync(), Is.True);

    [Test]
    public async Task A_revived_pod_stays_and_its_next_death_is_a_new_one()
    {
        await DeadAsync(1, "4 days", "pod");
        await LiveAsync("pod1");
        using DeadPodPruner pruner = Pruner();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Service.SqlAsync(DiedAt), Is.EqualTo(DBNull.Value));
            Assert.That(await pruner.PruneAsync(CancellationToken.None), Is.Zero);
            await Service.MarkDeadAsync("""{"pod_name":"pod1"}""");
            Assert.That(await pruner.PruneAsync(CancellationToken.None), Is.Zero);
        }
    }

    [Test]
    public async Task A_pod_revived_while_it_is_due_is_never_lost()
    {
        using DeadPodPruner pruner = Pruner();
        for (int round = 0; round < 200; round++)
        {
            await DeadAsync(1, "4 days", "pod");
            Task<int> prune = pruner.PruneAsync(CancellationToken.None);
            await LiveAsync("pod1");
            await prune;
            Assert.That(await Service.SqlAsync("SELECT NOT is_dead AND died_at IS NULL FROM pod_details"), Is.True, $"round {round}");
            await Service.ClearAsync();
        }
    }

    [Test]
    public async Task Two_at_once_delete_each_pod_once_and_together_all()
    {
        const int pods = (10 * DeadPodPruner.BatchSize) + 7;
        await DeadAsync(pods, "4 days", "pod");
        using DeadPodPruner one = Pruner();
        using DeadPodPruner other = Pruner();
        int[] pruned = await Task.WhenAll(Task.Run(() => one.PruneAsync(CancellationToken.None)), Task.Run(() => other.PruneAsync(CancellationToken.None)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(pruned.Sum(), Is.EqualTo(pods));
            Assert.That(await Service.SqlAsync("SELECT count(*) FROM pod_details"), Is.Zero);
        }
    }

    [Test]
    public async Task A_pod_that_is_being_written_is_not_waited_for()
    {
        await DeadAsync(2, "4 days", "pod");
        await using NpgsqlConnection writer = new(Service.ConnectionString);
        await writer.OpenAsync();
        await using NpgsqlTransaction transaction = await writer.BeginTransactionAsync();
        await using NpgsqlCommand update = new("UPDATE pod_details SET is_dead = false WHERE pod_name = 'pod1'", writer, transaction);
        await update.ExecuteNonQueryAsync();
        using DeadPodPruner pruner = Pruner();
        int pruned = await pruner.PruneAsync(CancellationToken.None);
        await transaction.CommitAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(pruned, Is.EqualTo(1));
            Assert.That(await Service.NamesAsync("/pod/info"), Is.EqualTo(new[] { "pod1" }));
        }
    }

    [Test]
    public async Task What_is_wrong_with_the_database_is_logged_once_and_outlived()
    {
        await DeadAsync(1, "4 days", "pod");
        FakeLogger<DeadPodPruner> log = new();
        using DeadPodPruner pruner = Pruner(log: log);
        for (int fault = 1; fault <= 2; fault++)
        {
            await Service.SqlAsync("ALTER TABLE pod_details RENAME TO away");
            int away = await pruner.PruneAsync(CancellationToken.None) + await pruner.PruneAsync(CancellationToken.None);
            await Service.SqlAsync("ALTER TABLE away RENAME TO pod_details");
            int back = await pruner.PruneAsync(CancellationToken.None);
            string[] lines = [.. log.Collector.GetSnapshot().Select(record => record.Message)];
            using (Assert.EnterMultipleScope())
            {
                Assert.That(away, Is.Zero);
                Assert.That(back, Is.EqualTo(1));
                Assert.That(lines, Has.Exactly(fault).StartsWith("Old dead pods cannot be deleted: 42P01").And.Exactly(fault).StartsWith("Deleted 1 dead pods"));
            }

            await DeadAsync(1, "4 days", "pod");
        }
    }

    [Test]
    public async Task A_table_that_is_locked_is_given_up_on()
    {
        await using NpgsqlConnection other = new(Service.ConnectionString);
        await other.OpenAsync();
        await using NpgsqlTransaction transaction = await other.BeginTransactionAsync();
        await using NpgsqlCommand update = new("LOCK TABLE pod_details", other, transaction);
        await update.ExecuteNonQueryAsync();
        FakeLogger<DeadPodPruner> log = new();
        FakeTimeProvider time = new();
        using DeadPodPruner pruner = Pruner(pool: new ConnectionPools(new(Service.ConnectionString), new(), time, NullLogger<ReadPool>.Instance).Maintenance, log: log);
        Task<int> prune = pruner.PruneAsync(CancellationToken.None);
        await Wait.UntilAsync(async () => await Service.SqlAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%SKIP LOCKED%' AND datname = current_database()") is not 0L);
        time.Advance(DeadPodPruner.BatchTimeout);
        Assert.That(await prune, Is.Zero);
        Assert.That(log.LatestRecord.Message, Does.StartWith("Old dead pods cannot be deleted: The operation has timed out."));
    }

    [Test]
    public async Task Whatever_else_goes_wrong_is_logged_and_ends_nothing()
    {
        Mock<IDbContextFactory<PodMetadataDbContext>> contexts = new();
        contexts.Setup(factory => factory.CreateDbContextAsync(It.IsAny<CancellationToken>())).ThrowsAsync(new NotSupportedException("odd"));
        await using NpgsqlDataSource connections = NpgsqlDataSource.Create(Service.ConnectionString);
        FakeLogger<DeadPodPruner> log = new();
        using DeadPodPruner pruner = Pruner(pool: new ConnectionPool(connections, contexts.Object, TimeProvider.System), log: log);
        await pruner.StartAsync(CancellationToken.None);
        await Wait.UntilAsync(() => Task.FromResult(log.Collector.Count > 0));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(log.LatestRecord.Message, Is.EqualTo("Old dead pods cannot be deleted: odd. Trying again later"));
            Assert.That(pruner.ExecuteTask!.IsCompleted, Is.False);
        }

        await pruner.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task It_happens_every_minute()
    {
        FakeTimeProvider time = new();
        using DeadPodPruner pruner = Pruner(time: time);
        await pruner.StartAsync(CancellationToken.None);
        for (int i = 0; i < 2; i++)
        {
            await DeadAsync(1, "4 days", "pod");
            while (await Service.SqlAsync("SELECT count(*) FROM pod_details") is not 0L)
            {
                time.Advance(TimeSpan.FromMinutes(1));
            }
        }

        await pruner.StopAsync(CancellationToken.None);
        Assert.That(pruner.ExecuteTask!.IsCompleted, Is.True);
    }

    [Test]
    public async Task Zero_turns_it_off()
    {
        using DeadPodPruner pruner = Pruner(TimeSpan.Zero);
        await pruner.StartAsync(CancellationToken.None);
        await pruner.ExecuteTask!.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.That(pruner.ExecuteTask!.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task What_is_due_is_found_by_its_index_among_50_000_pods()
    {
        await Service.SqlAsync("""
            SET session_replication_role = replica; -- without leases
            INSERT INTO pod_details (pod_name, pod_ip, node_name, is_dead, died_at, time_stamp)
            SELECT 'pod-' || i, '10.0.0.1', 'worker-1', i % 5 = 0, CASE WHEN i % 5 = 0 THEN now() - i * interval '1 minute' END, timestamp '2026-01-01'
            FROM generate_series(1, 50000) AS i;
            RESET session_replication_role;
            ANALYZE pod_details
            """);
        ConnectionPool pool = Service.Services.GetRequiredService<ConnectionPool>();
        string due = await pool.RunAsync(
            pool.DeadlineIn(DeadPodPruner.BatchTimeout), context => Task.FromResult(DeadPodPruner.Due(context, Kept).ToQueryString()), CancellationToken.None);
        object? duePlan = await Service.SqlAsync("EXPLAIN (FORMAT JSON) "
            + due.Replace("- @p0", "- interval '3 days'", StringComparison.Ordinal).Replace("LIMIT @p1", "LIMIT 1000", StringComparison.Ordinal));
        object? deletePlan = await Service.SqlAsync("EXPLAIN (FORMAT JSON) DELETE FROM pod_details AS p WHERE p.pod_name = ANY (ARRAY['pod-5', 'pod-10'])");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(duePlan, Does.Contain("\"ix_pod_details_died_at\"").And.Not.Contain("Seq Scan").And.Not.Contain("Sort\""));
            Assert.That(deletePlan, Does.Contain("\"pk_pod_details\"").And.Not.Contain("Seq Scan"));
        }
    }

    private DeadPodPruner Pruner(TimeSpan? keep = null, TimeProvider? time = null, FakeLogger<DeadPodPruner>? log = null, ConnectionPool? pool = null) => new(
        pool ?? Service.Services.GetRequiredService<ConnectionPool>(),
        Service.Services.GetRequiredService<PodStoreStatus>(),
        Options.Create(new RetentionOptions { DeadPods = keep ?? Kept }),
        time ?? TimeProvider.System,
        log ?? new FakeLogger<DeadPodPruner>());

    private Task<object?> DeadAsync(int count, string ago, string name) => Service.SqlAsync($"""
        INSERT INTO pod_details (pod_name, pod_ip, node_name, is_dead, died_at, time_stamp)
        SELECT '{name}' || i, '10.0.0.1', 'worker-1', true, now() - interval '{ago}', timestamp '2026-01-01' FROM generate_series(1, {count}) AS i
        """);

    private Task<JsonNode> LiveAsync(string name) => Service.UpsertAsync(PodJson.With($$"""{"pod_name":"{{name}}","pod_namespace":null}"""));

    private Task MarkAsync(string route) => route == "spec"
        ? Service.UpsertAsync(PodJson.With("""{"is_dead":true,"time_stamp":"2001-01-01T00:00:00"}"""))
        : Service.MarkDeadAsync($$"""{"pod_name":"{{Name}}"}""");

    private async Task<object?> InsertedDeadAsync()
    {
        await MarkAsync("spec");
        return await Service.SqlAsync("SELECT died_at > now() - interval '1 minute' FROM pod_details");
    }
}
