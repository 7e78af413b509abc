using System.Diagnostics;
using System.Net;
using Npgsql;

namespace PodMetadata.Tests.Api;

/// <summary>The probes.</summary>
public sealed class HealthTests
{
    private const string Nowhere = "Host=127.0.0.1;Port=1;Username=nobody;Database=none";

    [TestCase("/livez")]
    [TestCase("/readyz")]
    [TestCase("/health")]
    public async Task A_ready_service_answers_Healthy(string probe)
    {
        await using Service service = await Service.StartAsync();
        using HttpResponseMessage response = await service.Http.GetAsync(probe);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/plain"));
            Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("Healthy"));
        }
    }

    [TestCase("/readyz")]
    [TestCase("/health")]
    public async Task Without_its_database_the_service_lives_and_says_why_it_is_not_ready(string probe)
    {
        await using Service service = await Service.StartAsync(Nowhere, waitUntilReady: false);
        using HttpResponseMessage live = await service.Http.GetAsync("/livez");
        Assert.That(live.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await service.WaitForAsync(probe, HttpStatusCode.ServiceUnavailable, "The database is out of reach: Connection refused.");
    }

    [Test]
    public async Task A_wrong_password_is_said_and_ends_nothing()
    {
        NpgsqlConnectionStringBuilder wrong = new(await TestDatabase.CreateAsync()) { Password = "wrong" };
        await using Service service = await Service.StartAsync(wrong.ConnectionString, waitUntilReady: false);
        await service.WaitForAsync("/readyz", HttpStatusCode.ServiceUnavailable, "password authentication failed for user \"pod_metadata\".");
        using HttpResponseMessage response = await service.Http.GetAsync("/pod/name/web-0");
        await Problems.ReadAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.That(response.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task A_schema_that_nobody_migrates_is_named()
    {
        await using Service service = await Service.StartAsync(waitUntilReady: false, settings: new Dictionary<string, string?> { ["Database:MigrateOnStart"] = "false" });
        await service.WaitForAsync("/readyz", HttpStatusCode.ServiceUnavailable, "_CreatePods is missing.");
    }

    [TestCase("LATIN1")]
    [TestCase("SQL_ASCII")]
    public async Task A_database_in_another_encoding_than_UTF8_is_not_ready_and_left_empty(string encoding)
    {
        string database = await TestDatabase.CreateAsync($"ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        await using Service service = await Service.StartAsync(database, waitUntilReady: false);
        await service.WaitForAsync(
            "/readyz", HttpStatusCode.ServiceUnavailable, $"The database's encoding is {encoding}, not UTF8: create it anew with ENCODING 'UTF8'.");
        Assert.That(await service.SqlAsync("SELECT to_regclass('pod_details')::text"), Is.EqualTo(DBNull.Value));
    }

    [Test]
    public async Task A_column_that_has_gone_is_named_and_back_when_it_is()
    {
        await using Service service = await Service.StartAsync();
        await service.SqlAsync("ALTER TABLE pod_details RENAME COLUMN died_at TO away");
        await service.WaitForAsync("/readyz", HttpStatusCode.ServiceUnavailable, "The database schema is incomplete: column pod_details.died_at is missing.");
        await service.SqlAsync("ALTER TABLE pod_details RENAME COLUMN away TO died_at");
        await service.WaitForAsync("/readyz", HttpStatusCode.OK);
    }

    [TestCase("DROP TABLE \"__EFMigrationsHistory\"")]
    [TestCase("TRUNCATE \"__EFMigrationsHistory\"")]
    public async Task A_history_that_has_gone_is_said_and_its_tables_stay(string lose)
    {
        await using Service service = await Service.StartAsync();
        await service.UpsertAsync(PodJson.With());
        await service.SqlAsync(lose);
        await service.WaitForAsync(
            "/readyz", HttpStatusCode.ServiceUnavailable, "but no history of their migrations: __EFMigrationsHistory is missing or empty, and must be restored.");
        Assert.That(await service.NamesAsync("/pod/info"), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Who_finds_another_instance_migrating_says_so_and_goes_on_after_it()
    {
        string database = await TestDatabase.CreateAsync();
        await using NpgsqlConnection other = new(database);
        await other.OpenAsync();
        await using NpgsqlCommand take = new("SELECT pg_advisory_lock(hashtext('pod_metadata migrations'))", other);
        await take.ExecuteNonQueryAsync();
        await using Service service = await Service.StartAsync(database, waitUntilReady: false);
        await service.WaitForAsync("/readyz", HttpStatusCode.ServiceUnavailable, "Another instance is applying migrations.");
        take.CommandText = "SELECT pg_advisory_unlock_all()";
        await take.ExecuteNonQueryAsync();
        await service.WaitForAsync("/readyz", HttpStatusCode.OK);
    }

    [Test]
    public async Task Probes_are_answered_while_every_other_request_waits()
    {
        await using Service service = await Service.StartAsync(settings: new Dictionary<string, string?> { ["Limits:RequestTime"] = "00:02:00" });
        await using NpgsqlConnection connection = new(service.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        await using NpgsqlCommand take = new("LOCK TABLE pod_details IN ACCESS EXCLUSIVE MODE", connection, transaction);
        await take.ExecuteNonQueryAsync();
        Task<HttpResponseMessage>[] waiting = [.. Enumerable.Range(0, 400).Select(i => service.Http.GetAsync(i % 4 == 0 ? "/pod/info" : $"/pod/name/pod-{i}"))];

        await Wait.UntilAsync(async () => // a turn for lookups by name, and as many listings as there may be
            await service.SqlAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") is >= 9L);

        foreach (string probe in new[] { "/livez", "/readyz", "/health" })
        {
            long[] took = new long[5]; // a busy machine may add to some
            for (int i = 0; i < took.Length; i++)
            {
                Stopwatch watch = Stopwatch.StartNew();
                using HttpResponseMessage response = await service.Http.GetAsync(probe);
                took[i] = watch.ElapsedMilliseconds;
                Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            }

            Assert.That(took.Order().ElementAt(took.Length / 2), Is.LessThan(500));
        }

        Assert.That(waiting.Count(request => !request.IsCompleted), Is.GreaterThan(100));
        await transaction.RollbackAsync();
        await Task.WhenAll(waiting);
    }
}
