using System.Net;
using Npgsql;

namespace PodMetadata.Tests.Faults;

/// <summary>The service under a steady load while its database, or the service itself, is broken. scripts/faults runs all of these and
/// prints their table; scripts/test leaves out the long ones.</summary>
[Category("Faults")]
public sealed class FaultTests
{
    /// <summary>How often a fault may be caused until everything is in time: a busy machine may stand still for a moment, but not always.</summary>
    private const int Tries = 3;

    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(0.2);

    private static readonly TimeSpan LongestShutdown = TimeSpan.FromSeconds(20);

    private Cluster cluster = null!;

    private ServiceProcess service = null!;

    [OneTimeSetUp]
    public async Task StartClusterAsync()
    {
        cluster = new Cluster("faults");
        await cluster.StartAsync();
    }

    [OneTimeTearDown]
    public Task RemoveClusterAsync() => cluster.RemoveAsync();

    [SetUp]
    public async Task StartServiceAsync()
    {
        await cluster.StartAsync();
        await AllowConnectionsAsync(true);
        await cluster.SqlAsync("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public");
        service = ServiceProcess.Start(cluster.ConnectionString);
        await service.WaitForAsync(Load.Ready, HttpStatusCode.OK);
        await using Load warmingUp = new(service.Address); // what is compiled meanwhile is not the fault's
        await warmingUp.WaitUntilServedAsync(TimeSpan.Zero);
    }

    [TearDown]
    public async Task StopServiceAsync()
    {
        await service.DisposeAsync();
        await cluster.ThawAsync();
    }

    [Test]
    public Task The_server_is_killed() => RunAsync("server killed (SIGKILL)", cluster.KillAsync, cluster.StartAsync, Tries);

    [Test]
    public Task The_server_is_frozen() => RunAsync("server frozen (SIGSTOP)", cluster.FreezeAsync, cluster.ThawAsync, Tries);

    [Test]
    public Task The_schema_is_dropped() => RunWithoutTableAsync("schema dropped", "DROP SCHEMA public CASCADE");

    [Test, Explicit("It takes long: scripts/faults runs it."), Category("LongFaults")]
    public Task The_table_is_dropped() => RunWithoutTableAsync("table dropped", "DROP TABLE pod_details, pod_namesakes, pod_ip_leases, cluster_watch");

    [Test, Explicit("It takes long: scripts/faults runs it."), Category("LongFaults")]
    public Task The_server_is_restarted() => RunAsync("server restarted", async () =>
    {
        await cluster.StopAsync();
        await cluster.StartAsync();
    });

    [Test, Explicit("It takes long: scripts/faults runs it."), Category("LongFaults")]
    public Task The_server_is_stopped_for_a_while() => RunAsync("server stopped", cluster.StopAsync, cluster.StartAsync);

    [Test, Explicit("It takes long: scripts/faults runs it."), Category("LongFaults")]
    public Task The_database_refuses_connections() => RunAsync(
        "connections refused",
        async () =>
        {
            await AllowConnectionsAsync(false);
            await cluster.TerminateClientsAsync();
        },
        () => AllowConnectionsAsync(true));

    [Test, Explicit("It takes long: scripts/faults runs it."), Category("LongFaults")]
    public async Task Another_client_takes_all_connections()
    {
        List<NpgsqlConnection> taken = [];
        await RunAsync("out of connections", async () => taken.AddRange(await cluster.TakeAllConnectionsAsync()), async () =>
        {
            foreach (NpgsqlConnection connection in taken)
            {
                await connection.DisposeAsync();
            }
        });
    }

    [Test, Explicit("It takes long: scripts/faults runs it."), Category("LongFaults")]
    public Task Connections_are_terminated_again_and_again() => RunAsync("connections terminated", async () =>
    {
        for (int i = 0; i < 20; i++)
        {
            await cluster.TerminateClientsAsync();
            await Task.Delay(Hold / 20);
        }
    });

    [Test, Explicit("It takes long: scripts/faults runs it."), Category("LongFaults")]
    public async Task The_database_is_absent_at_start()
    {
        await service.DisposeAsync();
        await cluster.SqlAsync("DROP SCHEMA public CASCADE");
        await cluster.StopAsync();
        service = ServiceProcess.Start(cluster.ConnectionString);
        await service.WaitForAsync(Load.Live, HttpStatusCode.OK);
        await RunAsync("database absent at start", () => Task.CompletedTask, cluster.StartAsync);
    }

    [Test, Explicit("It takes long: scripts/faults runs it."), Category("LongFaults")]
    public async Task The_schema_is_behind_and_not_the_service_s_to_mend()
    {
        await service.DisposeAsync();
        await cluster.SqlAsync("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        service = ServiceProcess.Start(cluster.ConnectionString, environment: ("Database__MigrateOnStart", "false"));
        await service.WaitForAsync(Load.Ready, HttpStatusCode.ServiceUnavailable, saying: "CreatePods is missing");
        await RunAsync("schema behind, MigrateOnStart=false", () => Task.CompletedTask, async () =>
        {
            await using ServiceProcess migrating = ServiceProcess.Start(cluster.ConnectionString);
            await migrating.WaitForAsync(Load.Ready, HttpStatusCode.OK);
        });
    }

    [TestCase("session"), TestCase("transaction"), Explicit("It takes long: scripts/faults runs it."), Category("LongFaults")]
    public async Task A_PgBouncer_before_the_database_is_killed(string mode)
    {
        await service.DisposeAsync();
        await using PgBouncer bouncer = await PgBouncer.StartAsync(cluster, mode);
        service = ServiceProcess.Start(bouncer.ConnectionString);
        await service.WaitForAsync(Load.Ready, HttpStatusCode.OK);
        await RunAsync($"PgBouncer killed, {mode} mode", bouncer.KillAsync, bouncer.StartAsync, Tries);
    }

    [Test, Explicit("It takes long: scripts/faults runs it."), Category("LongFaults")]
    public Task The_primary_is_killed_and_the_standby_promoted() => FailOverAsync("failover to a synchronous standby", "on", _ => Task.CompletedTask);

    [Test, Explicit("It takes long: scripts/faults runs it."), Category("LongFaults")]
    public Task The_primary_is_killed_and_the_standby_that_serves_reads_promoted() => FailOverAsync(
        "failover with standby reads",
        "remote_apply", // so that a standby has every acknowledged write
        async standby =>
        {
            foreach (string name in (await standby.PodsAsync()).Keys)
            {
                foreach (string read in new[] { $"/pod/name/{name}", $"/pod/ip/{LoadPod.Ip(name)}", $"/pod/list/{LoadPod.Node(name)}", "/pod/info?limit=1" })
                {
                    using HttpResponseMessage response = await service.Http.GetAsync(read);
                    Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), $"{read} while there is no primary");
                }
            }
        },
        ("Database__ReadFrom", "PreferStandby"));

    private async Task FailOverAsync(
        string fault, string synchronousCommit, Func<Cluster, Task> judgeWithoutPrimaryAsync, params (string Name, string Value)[] environment)
    {
        await service.DisposeAsync();
        Cluster primary = cluster;
        Cluster standby = new("standby");
        try
        {
            await standby.FollowAsync(primary);
            await primary.SqlAsync($"ALTER SYSTEM SET synchronous_commit = {synchronousCommit}");
            await primary.SqlAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
            await primary.SqlAsync("SELECT pg_reload_conf()");
            service = ServiceProcess.Start(
                new NpgsqlConnectionStringBuilder(primary.ConnectionString)
                {
                    Host = $"127.0.0.1:{primary.Port},127.0.0.1:{standby.Port}",
                    TargetSessionAttributes = "primary",
                    HostRecheckSeconds = 1,
                }.ConnectionString,
                environment: environment);
            await service.WaitForAsync(Load.Ready, HttpStatusCode.OK);
            Assert.That(await primary.SqlAsync("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"), Is.EqualTo(1));
            await RunAsync(
                fault,
                async () =>
                {
                    await primary.KillAsync();
                    cluster = standby;
                },
                async () =>
                {
                    await judgeWithoutPrimaryAsync(standby);
                    await standby.SqlAsync("SELECT pg_promote()");
                });
        }
        finally
        {
            await primary.RemoveAsync();
            await standby.RemoveAsync();
            cluster = new Cluster("faults");
        }
    }

    [Test, Explicit("It takes long: scripts/faults runs it."), Category("LongFaults")]
    public async Task The_service_is_asked_to_end()
    {
        TimeSpan asked = TimeSpan.MaxValue;
        await RunAsync(
            "service asked to end (SIGTERM)",
            async load =>
            {
                // Writes wait for the lock, less than their lock_timeout, and so are in flight when the service is asked to end.
                await using NpgsqlConnection locking = await cluster.OpenAsync();
                await using NpgsqlTransaction transaction = await locking.BeginTransactionAsync();
                await using NpgsqlCommand command = new("LOCK TABLE pod_details IN EXCLUSIVE MODE", locking, transaction);
                await command.ExecuteNonQueryAsync();
                await Task.Delay(AtOnce);
                asked = load.Now;
                service.Terminate();
                await Task.Delay(AtOnce / 2);
                await transaction.CommitAsync();
                Assert.That(await service.ExitCodeAsync(LongestShutdown), Is.Zero);
                Answer[] inFlight = [.. load.Answers.Where(answer => answer.Started < asked && answer.Answered > asked)];
                Assert.That(inFlight.Select(answer => answer.Outcome), Is.Not.Empty.And.All.EqualTo(Outcome.Served));
                Assert.That(load.Answers, Has.None.Matches<Answer>(answer => answer.Route == Load.Ready && answer.Started > asked + AtOnce && answer.Outcome == Outcome.Served));
                await StartAgainAsync();
            },
            isServiceAway: answer => answer.Started >= asked);
    }

    [Test, Explicit("It takes long: scripts/faults runs it."), Category("LongFaults")]
    public async Task The_service_is_killed()
    {
        TimeSpan killed = TimeSpan.MaxValue;
        await RunAsync(
            "service killed (SIGKILL)",
            async load =>
            {
                killed = load.Now;
                await StartAgainAsync();
            },
            isServiceAway: answer => answer.Answered >= killed);
    }

    private async Task StartAgainAsync()
    {
        Uri address = service.Address;
        await service.DisposeAsync();
        service = ServiceProcess.Start(cluster.ConnectionString, address: address);
        await service.WaitForAsync(Load.Ready, HttpStatusCode.OK);
    }

    private Task RunWithoutTableAsync(string fault, string sql) => RunAsync(
        fault,
        async load =>
        {
            await cluster.SqlAsync(sql);
            load.ForgetJournals();
        },
        tries: Tries);

    private Task<object?> AllowConnectionsAsync(bool allow) => cluster.SqlAsync($"ALTER DATABASE pod_metadata ALLOW_CONNECTIONS {allow}", "postgres");

    private Task RunAsync(string fault, Func<Task> cause, Func<Task>? mend = null, int tries = 1) => RunAsync(fault, _ => cause(), mend, tries: tries);

    /// <summary>Causes a fault under load, and judges: nothing may ever be lost or wrong, and one time all must be in time.</summary>
    /// <param name="fault">What the table calls it.</param>
    /// <param name="cause">Causes it.</param>
    /// <param name="mend">Mends it; without, <paramref name="cause"/> returns when the database is there again.</param>
    /// <param name="isServiceAway">Which requests do not count, because the test itself ended the service.</param>
    /// <param name="tries">How often it may be caused until everything is in time.</param>
    private async Task RunAsync(string fault, Func<Load, Task> cause, Func<Task>? mend = null, Predicate<Answer>? isServiceAway = null, int tries = 1)
    {
        FaultRow row = await CauseAsync(fault, cause, mend, isServiceAway);
        for (int i = 1; i < tries && !row.IsInTime; i++)
        {
            row = await CauseAsync(fault, cause, mend, isServiceAway);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(row.Late.Take(10), Is.Empty, "answered later than after 2 s");
            Assert.That(row.Recovery, Is.LessThan(FaultRow.LongestRecovery), "the time until all is served again");
            Assert.That(row.StayedLive, "every answer of /livez is 200 within 500 ms");
        }
    }

    /// <summary>Causes a fault under load, holds and mends it unless it mends itself, and waits until all is served again.</summary>
    private async Task<FaultRow> CauseAsync(string fault, Func<Load, Task> cause, Func<Task>? mend, Predicate<Answer>? isServiceAway)
    {
        await using Load load = new(service.Address);
        await Task.Delay(Steady);
        await cause(load);
        if (mend is not null)
        {
            await Task.WhenAll(Task.Delay(Hold), load.WaitUntilUnreadyAsync());
            await mend();
        }

        await cluster.WaitUntilOpenAsync();
        TimeSpan back = load.Now;
        await load.WaitUntilServedAsync(back);
        await load.StopAsync();

        string[] lost = load.Lost(await cluster.PodsAsync());
        Answer[] answers = [.. load.Answers.Where(answer => answer.Started > back || isServiceAway?.Invoke(answer) is not true)];
        FaultRow row = new(fault, answers, load.Recovery(back), lost.Length, restarts: service.IsRunning ? 0 : 1);
        row.Print();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lost, Is.Empty, "acknowledged writes are lost");
            Assert.That(row.Restarts, Is.Zero, () => $"the service ended:\n{service.Output}");
            Assert.That(row.Others.Take(10), Is.Empty, () => $"answered something else than 200 or a complete 503; the service's exceptions:\n{service.Exceptions}");
            Assert.That(row.TurnedUnready || mend is null, "/readyz answers 503 during the fault");
        }

        return row;
    }
}
