using System.Globalization;
using System.Net;
using Npgsql;

namespace PodMetadata.Tests.Api;

/// <summary>A database that closes its doors under a running service, and opens them again.</summary>
public sealed class DatabaseStopTests : ServiceTests
{
    [Test]
    public async Task While_the_database_is_closed_requests_are_answered_503_and_then_200_without_a_restart()
    {
        await Service.UpsertAsync(PodJson.With());
        await OnServerAsync("ALTER DATABASE {0} ALLOW_CONNECTIONS false");
        try
        {
            await OnServerAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{0}'");
            await AssertAwayAsync(await Service.Http.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"));
            await AssertAwayAsync(await Service.PostAsync("/pod/spec", PodJson.With().ToJsonString()));
        }
        finally
        {
            await OnServerAsync("ALTER DATABASE {0} ALLOW_CONNECTIONS true");
        }

        await Service.UpsertAsync(PodJson.With("""{"pod_ip":"10.9.9.9"}"""));
        Assert.That(await Service.GetAsync("/pod/name/my-app-7d9f6b8c4-x5z2w"), Json.EqualTo(PodJson.With("""{"pod_ip":"10.9.9.9"}""")));
    }

    private static async Task AssertAwayAsync(HttpResponseMessage response)
    {
        using (response)
        {
            await Problems.ReadAsync(response, HttpStatusCode.ServiceUnavailable);
            Assert.That(response.Headers.RetryAfter?.Delta, Is.GreaterThan(TimeSpan.Zero));
        }
    }

    /// <summary>Runs a statement on the service's database from another one of its server.</summary>
    private async Task OnServerAsync(string sql)
    {
        NpgsqlConnectionStringBuilder there = new(Service.ConnectionString);
        string name = there.Database!;
        there.Database = "postgres";
        await using NpgsqlConnection connection = new(there.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(string.Format(CultureInfo.InvariantCulture, sql, name), connection);
        await command.ExecuteNonQueryAsync();
    }
}
