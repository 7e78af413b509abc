using System.Net;
using System.Text.Json.Nodes;
using Npgsql;

namespace PodMetadata.Tests.Api;

/// <summary>What a fault of the database does to requests, and how the service comes back.</summary>
public sealed class DatabaseFaultTests : ServiceTests
{
    private const string Listings = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND application_name = 'PodMetadata listings'";
    private const string EndConnections = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

    [Test]
    public async Task Connections_that_broke_while_idle_are_not_noticed()
    {
        await Service.UpsertAsync(PodJson.With());
        for (int i = 0; i < 20; i++)
        {
            await Service.SqlAsync(EndConnections);
            await Service.UpsertAsync(PodJson.With($$"""{"pod_namespace": "ns-{{i}}"}"""));
            await Service.SqlAsync(EndConnections);
            Assert.That(await Service.NamesAsync("/pod/info"), Has.Length.EqualTo(1));
        }
    }

    [Test]
    public async Task A_database_that_does_not_answer_is_given_up_within_two_seconds()
    {
        string[] gets =
            ["/pod/info", "/pod/list/worker-1", "/pod/name/web-0", "/pod/ip/10.0.0.1", $"/pod/ip/10.0.0.1?at={Moments.At(0)}", "/pod/ip/10.0.0.1/history", "/pod/info?limit=1&labelSelector=a"];
        string[] posts = ["/pod/spec", "/pod/mark_dead", "/pod/resolve"];
        await using Service service = await Service.StartAsync(Service.ConnectionString, settings: Service.ItsOwnLimits);
        await using NpgsqlConnection connection = new(service.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        await using NpgsqlCommand take = new("LOCK TABLE pod_details, pod_ip_leases IN ACCESS EXCLUSIVE MODE", connection, transaction);
        await take.ExecuteNonQueryAsync();

        TimeSpan limit = TimeSpan.FromSeconds(2);
        TimeSpan[] took = await Task.WhenAll([
            .. gets.Select(path => Wait.ShortestAsync(limit, () => AssertGivenUpAsync(service.Http.GetAsync(path)))),
            .. posts.Select(path => Wait.ShortestAsync(limit, () => AssertGivenUpAsync(service.PostAsync(path, Body(path)))))]);
        Assert.That(gets.Concat(posts).Zip(took), Has.All.Matches<(string, TimeSpan Took)>(answer => answer.Took < limit));
    }

    private static async Task AssertGivenUpAsync(Task<HttpResponseMessage> request)
    {
        using HttpResponseMessage response = await request;
        JsonNode problem = await Problems.ReadAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.That(problem["detail"]!.GetValue<string>(), Is.EqualTo("The database is out of reach. Try again."));
        Assert.That(response.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task A_write_that_fails_as_it_commits_is_not_acknowledged()
    {
        await Service.SqlAsync("""
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no room' USING ERRCODE = 'disk_full'; END $$;
            CREATE CONSTRAINT TRIGGER fail_late AFTER INSERT ON pod_details DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail();
            """);
        using HttpResponseMessage response = await Service.PostAsync("/pod/spec", PodJson.With().ToJsonString());
        await Service.SqlAsync("DROP TRIGGER fail_late ON pod_details; DROP FUNCTION fail");
        await Problems.ReadAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.That(await Service.NamesAsync("/pod/info"), Is.Empty);
    }

    [TestCase("Options=-c no_such_setting=1", "42704: unrecognized configuration parameter \"no_such_setting\".")]
    [TestCase("Options=-c lock_timeout=soon", "22023: invalid value for parameter \"lock_timeout\": \"soon\".")]
    public async Task A_connection_that_the_server_refuses_to_set_up_is_answered_503(string setting, string reason)
    {
        await using Service alone = await Service.StartAsync($"{Service.ConnectionString};{setting}", waitUntilReady: false);
        await AssertGivenUpAsync(alone.Http.GetAsync("/pod/name/web-0"));
        await AssertGivenUpAsync(alone.Http.GetAsync("/pod/info"));
        await AssertGivenUpAsync(alone.PostAsync("/pod/spec", PodJson.With().ToJsonString()));
        await alone.WaitForAsync("/readyz", HttpStatusCode.ServiceUnavailable, $"The database is out of reach: {reason}");
    }

    [Test]
    public async Task Nothing_listening_is_answered_503_and_the_service_goes_on()
    {
        await using Service alone = await Service.StartAsync("Host=127.0.0.1;Port=1;Username=nobody;Database=none", waitUntilReady: false);
        foreach (string path in new[] { "/pod/info", $"/pod/ip/10.0.0.1?at={Moments.At(0)}", "/pod/ip/10.0.0.1/history", "/pod/resolve" })
        {
            using HttpResponseMessage response = path == "/pod/resolve" ? await alone.PostAsync(path, Body(path)) : await alone.Http.GetAsync(path);
            await Problems.ReadAsync(response, HttpStatusCode.ServiceUnavailable);
            Assert.That(response.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)), path);
        }
    }

    [Test]
    public async Task A_right_that_was_taken_away_is_answered_503_until_it_is_back()
    {
        await Service.SqlAsync("CREATE ROLE guest_of_tests LOGIN PASSWORD 'guest'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest_of_tests");
        NpgsqlConnectionStringBuilder guest = new(Service.ConnectionString) { Username = "guest_of_tests", Password = "guest" };
        await using Service asGuest = await Service.StartAsync(guest.ConnectionString);
        using HttpResponseMessage refused = await asGuest.PostAsync("/pod/spec", PodJson.With().ToJsonString());
        await Problems.ReadAsync(refused, HttpStatusCode.ServiceUnavailable);
        await Service.SqlAsync("GRANT INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO guest_of_tests");
        await asGuest.UpsertAsync(PodJson.With());
        await Service.SqlAsync("DROP OWNED BY guest_of_tests; DROP ROLE guest_of_tests");
    }

    [TestCase("DROP SCHEMA public CASCADE")]
    [TestCase("DROP TABLE pod_details, pod_namesakes, pod_ip_leases, cluster_watch")]
    [TestCase("DROP TABLE pod_details, pod_namesakes, pod_ip_leases, cluster_watch, \"__EFMigrationsHistory\"")]
    public async Task A_schema_that_has_gone_is_made_again(string drop)
    {
        await Service.SqlAsync(drop);
        await Wait.UntilAsync(async () => (await Service.PostAsync("/pod/spec", PodJson.With().ToJsonString())).StatusCode == HttpStatusCode.OK);
        await Service.WaitForAsync("/readyz", HttpStatusCode.OK);
        Assert.That(await Service.NamesAsync("/pod/info"), Has.Length.EqualTo(1));
    }

    [TestCase("identity")]
    [TestCase("gzip")]
    public async Task A_listing_that_fails_half_way_is_never_taken_for_a_shorter_one(string encoding)
    {
        await Service.FillAsync(10_000);
        using HttpRequestMessage request = new(HttpMethod.Get, "/pod/info");
        request.Headers.AcceptEncoding.ParseAdd(encoding);
        using HttpResponseMessage response = await Service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[1000]);
        await Service.SqlAsync(EndConnections);
        Assert.That(async () => await body.CopyToAsync(Stream.Null), Throws.InstanceOf<IOException>());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Service.Log.GetSnapshot().Where(record => record.Exception is not null).Select(record => record.Message), Is.Empty);
            Assert.That(Service.Log.GetSnapshot().Select(record => record.Message), Has.Some.StartsWith("A listing was broken off: "));
        }
    }

    [Test]
    public async Task A_client_that_leaves_frees_its_listings_connection()
    {
        await Service.FillAsync(10_000);
        HttpResponseMessage response = await Service.Http.GetAsync("/pod/info", HttpCompletionOption.ResponseHeadersRead);
        Assert.That(await Service.SqlAsync(Listings), Is.EqualTo(1));
        response.Dispose();
        await Wait.UntilAsync(async () => await Service.SqlAsync(Listings) is 0L);
    }

    private static string Body(string path) => path == "/pod/resolve" ? """[{ "ip": "10.0.0.1" }]""" : PodJson.With().ToJsonString();
}
