using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Npgsql;

namespace PodMetadata.Tests.Api;

/// <summary>The flag <c>--migrate</c>: a process that migrates and ends.</summary>
[Parallelizable]
public sealed class MigrateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Test]
    public async Task Two_at_once_create_the_database_and_its_tables_and_serve_nothing()
    {
        NpgsqlConnectionStringBuilder missing = new(await TestDatabase.CreateAsync());
        missing.Database += "_new";
        using TcpListener port = new(IPAddress.Loopback, 0); // a process that opens it fails
        port.Start();
        Uri address = new($"http://127.0.0.1:{((IPEndPoint)port.LocalEndpoint).Port}");
        (int ExitCode, string[] Messages)[] ends = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => RunAsync(missing.ConnectionString, address)));
        Assert.That(ends, Has.All.EqualTo((0, new[] { "The database's schema is up to date" })));

        await using Service service = await Service.StartAsync(missing.ConnectionString, settings: new Dictionary<string, string?> { ["Database:MigrateOnStart"] = "false" });
        await service.UpsertAsync(PodJson.With());
    }

    [Test]
    public async Task One_that_finds_another_at_work_waits_for_it()
    {
        string database = await TestDatabase.CreateAsync();
        await using NpgsqlConnection other = await OpenAsync(database);
        await ExecuteAsync(other, "SELECT pg_advisory_lock(hashtext('pod_metadata migrations'))");
        Task<(int ExitCode, string[] Messages)> end = RunAsync(database);
        await Wait.UntilAsync(async () =>
        {
            await using NpgsqlCommand count = new("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%try_advisory_lock%' AND pid <> pg_backend_pid()", other);
            return await count.ExecuteScalarAsync() is > 0L;
        });
        Assert.That(end.IsCompleted, Is.False);
        await ExecuteAsync(other, "SELECT pg_advisory_unlock_all()");
        Assert.That((await end).ExitCode, Is.Zero);
    }

    [Test]
    public async Task The_owner_of_a_database_needs_no_other_rights_and_who_may_not_migrate_is_told()
    {
        NpgsqlConnectionStringBuilder database = new(await TestDatabase.CreateAsync());
        (string owner, string reader) = ($"owner_{database.Database}", $"reader_{database.Database}");
        await using NpgsqlConnection admin = await OpenAsync(database.ConnectionString);
        await ExecuteAsync(admin, $"CREATE ROLE {owner} LOGIN PASSWORD 'p'; CREATE ROLE {reader} LOGIN PASSWORD 'p'; ALTER DATABASE {database.Database} OWNER TO {owner}");
        try
        {
            Assert.That(
                await RunAsync(As(reader)),
                Is.EqualTo((1, new[] { "The migrations cannot be applied: 42501: permission denied for schema public." })));
            Assert.That((await RunAsync(As(owner))).ExitCode, Is.Zero);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync(admin, $"REASSIGN OWNED BY {owner} TO CURRENT_USER; DROP OWNED BY {owner}; DROP ROLE {owner}; DROP ROLE {reader}");
        }

        string As(string role) => new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = "p" }.ConnectionString;
    }

    [Test]
    public async Task A_database_that_migrations_do_not_mend_is_named()
    {
        string latin = await TestDatabase.CreateAsync("ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        string foreign = await TestDatabase.CreateAsync();
        await using NpgsqlConnection connection = await OpenAsync(foreign);
        await ExecuteAsync(connection, "CREATE TABLE pod_details (pod_name text)");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await RunAsync(latin), Is.EqualTo((1, new[] { "The database's encoding is LATIN1, not UTF8: create it anew with ENCODING 'UTF8'." })));
            Assert.That(
                await RunAsync(foreign),
                Is.EqualTo((1, new[] { "The database has tables, but no history of their migrations: __EFMigrationsHistory is missing or empty, and must be restored." })));
        }
    }

    [Test]
    public async Task A_database_out_of_reach_is_waited_for_and_then_named() =>
        Assert.That(
            await RunAsync("Host=127.0.0.1;Port=1;Username=nobody;Database=none"), Is.EqualTo((1, new[] { "The database is out of reach: Connection refused." })));

    [Test]
    public async Task The_flag_takes_no_value()
    {
        await using ServiceProcess process = ServiceProcess.Start("Host=127.0.0.1;Port=1", arguments: "--migrate=true");
        Assert.That(await process.ExitCodeAsync(Patience), Is.EqualTo(1));
        Assert.That(process.Lines, Does.Contain("PodMetadata cannot start. --migrate takes no value."));
    }

    /// <summary>Runs the process to its end: its exit code, and the messages of its lines, which are all JSON.</summary>
    private static async Task<(int ExitCode, string[] Messages)> RunAsync(string connectionString, Uri? address = null)
    {
        await using ServiceProcess process = ServiceProcess.Start(connectionString, address, arguments: "--migrate --Retention:Leases=1");
        int exitCode = await process.ExitCodeAsync(Patience);
        return (exitCode, [.. process.Lines.Where(line => line.Length > 0).Select(line => JsonNode.Parse(line)!["Message"]!.GetValue<string>())]);
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        NpgsqlConnection connection = new(connectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
