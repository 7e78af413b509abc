using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace PodMetadata.Tests.Shipping;

/// <summary>What the chart relies on when it connects the service to a database.</summary>
[Parallelizable]
public sealed partial class ChartDatabaseTests
{
    private const string Password = "p;a'b\"c=d@e/f %41$(X){é}";

    [Test] // with database.mode=parts, since Kubernetes cannot quote what it puts into a connection string
    public async Task PGUSER_and_PGPASSWORD_may_have_any_characters()
    {
        string user = NewRole("own;er='\"");
        NpgsqlConnectionStringBuilder database = await CreateDatabaseAsync(user);

        await using ServiceProcess service = Start(database, user);

        await service.WaitForAsync("/readyz", HttpStatusCode.OK);
    }

    [Test]
    public async Task The_rights_of_docs_kubernetes_md_are_enough_for_a_service_that_does_not_migrate()
    {
        string owner = NewRole("owner");
        string role = NewRole("service");
        NpgsqlConnectionStringBuilder database = await CreateDatabaseAsync(owner);
        string page = await File.ReadAllTextAsync(Path.Combine(TestDatabase.Root, "docs", "kubernetes.md"));
        await ExecuteAsync(database, SqlBlock().Match(page).Groups[1].Value
            .Replace("pods_service", role, StringComparison.Ordinal)
            .Replace("ROLE pods ", $"ROLE {owner} ", StringComparison.Ordinal)
            .Replace("'…'", Quote(Password), StringComparison.Ordinal));
        await using (ServiceProcess migration = Start(database, owner))
        {
            await migration.WaitForAsync("/readyz", HttpStatusCode.OK);
        }

        await using ServiceProcess service = Start(database, role, ("Database__MigrateOnStart", "false"));

        await service.WaitForAsync("/readyz", HttpStatusCode.OK);
        using StringContent pod = new(
            """{"pod_name": "web-0", "pod_namespace": "shop", "pod_ip": "10.244.1.5", "node_name": "worker-1", "pod_obj": {}, "time_stamp": "2026-05-12T10:32:14"}""",
            Encoding.UTF8,
            "application/json");
        using StringContent dead = new("""{"pod_name": "web-0", "pod_ip": "10.244.1.5"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage posted = await service.Http.PostAsync(new Uri("/pod/spec", UriKind.Relative), pod);
        using HttpResponseMessage marked = await service.Http.PostAsync(new Uri("/pod/mark_dead", UriKind.Relative), dead);
        Assert.That((posted.StatusCode, await marked.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.OK, "1")), () => service.Output);
    }

    private static string NewRole(string name) => $"{name}{Guid.NewGuid():N}";

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string QuoteName(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static async Task<NpgsqlConnectionStringBuilder> CreateDatabaseAsync(string owner)
    {
        NpgsqlConnectionStringBuilder database = new(await TestDatabase.CreateAsync());
        await ExecuteAsync(
            database,
            $"CREATE ROLE {QuoteName(owner)} LOGIN PASSWORD {Quote(Password)}; ALTER DATABASE {database.Database} OWNER TO {QuoteName(owner)}");
        return database;
    }

    private static async Task ExecuteAsync(NpgsqlConnectionStringBuilder database, string sql)
    {
        await using NpgsqlConnection connection = new(database.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static ServiceProcess Start(NpgsqlConnectionStringBuilder database, string user, params (string Name, string Value)[] environment) =>
        ServiceProcess.Start(
            $"Host={database.Host};Port={database.Port};Database={database.Database};Timeout=30",
            environment: [("PGUSER", user), ("PGPASSWORD", Password), .. environment]);

    [GeneratedRegex("```sql\n(CREATE ROLE.*?)```", RegexOptions.Singleline)]
    private static partial Regex SqlBlock();
}
