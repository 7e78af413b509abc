using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace PodMetadata.Tests.Faults;

/// <summary>A PostgreSQL of its own that keeps what it acknowledged (fsync is on), to be broken and mended.</summary>
/// <param name="name">What its folder is called.</param>
/// <param name="options">The server's options beside the usual ones.</param>
internal sealed class Cluster(string name, string options = "")
{
    /// <summary>Few, so that a test can take them all.</summary>
    private const int MaxConnections = 60;

    private const string Terminate =
        $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name <> '{Name}'";

    /// <summary>The application name of the connections made here.</summary>
    private const string Name = "faults";

    private readonly string home = TestDatabase.HomeOf(name);

    /// <summary>The same at every start, as with a real server.</summary>
    public int Port { get; } = FreePort();

    /// <summary>How the service connects.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The server's process.</summary>
    public int ServerId => int.Parse(File.ReadLines(PidFile).First(), null);

    private string Options => $"-c port={Port} -c max_connections={MaxConnections} {options}";

    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async Task StartAsync()
    {
        await ScriptAsync("start");
        ConnectionString = (await ScriptAsync("url")).Trim();
    }

    /// <summary>Starts as a standby that replicates another cluster.</summary>
    public async Task FollowAsync(Cluster primary)
    {
        await ScriptAsync($"follow {primary.home}");
        ConnectionString = (await ScriptAsync("url")).Trim();
    }

    public Task StopAsync() => ScriptAsync("stop");

    public Task RemoveAsync() => ScriptAsync("remove");

    /// <summary>Kills the server with all its processes, and returns when it is gone.</summary>
    public async Task KillAsync()
    {
        int server = ServerId;
        await SignalAsync($"kill -STOP {server}; kill -KILL {server} $(cat /proc/{server}/task/{server}/children)");
        while (Directory.Exists($"/proc/{server}"))
        {
            await Task.Delay(20); // until its parent has taken note; PostgreSQL would believe it alive
        }
    }

    /// <summary>Stops all its processes in their tracks: connections stay open, and nothing answers.</summary>
    public Task FreezeAsync() => SignalAsync($"kill -STOP {ServerId}; kill -STOP $(cat /proc/{ServerId}/task/{ServerId}/children)");

    /// <summary>Lets a frozen server go on.</summary>
    public async Task ThawAsync()
    {
        if (File.Exists(PidFile))
        {
            await SignalAsync($"kill -CONT $(cat /proc/{ServerId}/task/{ServerId}/children) {ServerId}");
        }
    }

    /// <summary>Runs a statement beside the service, on a connection of its own.</summary>
    public async Task<object?> SqlAsync(string sql, string? database = null)
    {
        await using NpgsqlConnection connection = await OpenAsync(database);
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Opens a connection that no pool keeps.</summary>
    public async Task<NpgsqlConnection> OpenAsync(string? database = null)
    {
        NpgsqlConnectionStringBuilder builder = new(ConnectionString) { Pooling = false, Timeout = 5, ApplicationName = Name };
        builder.Database = database ?? builder.Database;
        NpgsqlConnection connection = new(builder.ConnectionString);
        try
        {
            await connection.OpenAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when the service's database lets a client in.</summary>
    public async Task WaitUntilOpenAsync()
    {
        while (true)
        {
            try
            {
                await SqlAsync("SELECT 1");
                return;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(20); // not yet
            }
        }
    }

    /// <summary>Ends all connections but those made here.</summary>
    public Task TerminateClientsAsync() => SqlAsync(Terminate, "postgres");

    /// <summary>Takes every connection there is, also those that other clients have.</summary>
    public async Task<List<NpgsqlConnection>> TakeAllConnectionsAsync()
    {
        List<NpgsqlConnection> taken = [];
        while (taken.Count < MaxConnections)
        {
            try
            {
                taken.Add(await OpenAsync("postgres"));
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                await using NpgsqlCommand command = new(Terminate, taken[0]);
                await command.ExecuteNonQueryAsync();
            }
        }

        return taken;
    }

    /// <summary>The pods that are in the table, if there is one.</summary>
    public async Task<Dictionary<string, PodState>> PodsAsync()
    {
        if (await SqlAsync("SELECT to_regclass('pod_details')::text") is DBNull)
        {
            return [];
        }

        await using NpgsqlConnection connection = await OpenAsync();
        await using NpgsqlCommand command = new("SELECT pod_name, pod_obj->'metadata'->>'resourceVersion', is_dead FROM pod_details", connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        Dictionary<string, PodState> pods = [];
        while (await reader.ReadAsync())
        {
            pods.Add(reader.GetString(0), new PodState(int.Parse(reader.GetString(1), null), reader.GetBoolean(2)));
        }

        return pods;
    }

    private string PidFile => Path.Combine(home, "data", "postmaster.pid");

    // A process that ended by itself meanwhile is none to signal.
    private static async Task SignalAsync(string commands)
    {
        using Process process = Process.Start("bash", ["-c", $"{{ {commands}; }} 2>/dev/null || true"]);
        await process.WaitForExitAsync();
    }

    private Task<string> ScriptAsync(string arguments) => TestDatabase.ScriptAsync("postgres", arguments, home, Options);
}
