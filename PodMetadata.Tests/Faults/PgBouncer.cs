using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace PodMetadata.Tests.Faults;

/// <summary>A PgBouncer between the service and a cluster.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private readonly int port = Cluster.FreePort();
    private readonly string folder = Directory.CreateTempSubdirectory("pgbouncer").FullName;
    private readonly NpgsqlConnectionStringBuilder server;

    private PgBouncer(Cluster cluster) => server = new NpgsqlConnectionStringBuilder(cluster.ConnectionString);

    /// <summary>How the service connects through it. In transaction mode a prepared statement may meet another server connection.</summary>
    public string ConnectionString { get; private set; } = "";

    private string PidFile => Path.Combine(folder, "pid");

    /// <summary>Starts one in a mode: <c>session</c> or <c>transaction</c>.</summary>
    public static async Task<PgBouncer> StartAsync(Cluster cluster, string mode)
    {
        PgBouncer bouncer = new(cluster);
        bouncer.ConnectionString = new NpgsqlConnectionStringBuilder(cluster.ConnectionString)
        {
            Port = bouncer.port,
            MaxAutoPrepare = mode == "transaction" ? 0 : 20,
        }.ConnectionString;
        await File.WriteAllTextAsync(Path.Combine(bouncer.folder, "users"), $"\"{bouncer.server.Username}\" \"{bouncer.server.Password}\"\n");
        await File.WriteAllTextAsync(Path.Combine(bouncer.folder, "ini"), string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            * = host=127.0.0.1 port={cluster.Port}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {bouncer.port}
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = {bouncer.folder}/users
            logfile = {bouncer.folder}/log
            pidfile = {bouncer.PidFile}
            pool_mode = {mode}
            """));
        await bouncer.StartAsync();
        return bouncer;
    }

    /// <summary>Starts it again on the same port. It refuses to run as root.</summary>
    public async Task StartAsync()
    {
        string run = Environment.UserName == "root" ? $"chown -R postgres '{folder}' && cd / && runuser -u postgres -- " : "";
        await ShellAsync($"{run}env PATH=\"$PATH:/usr/sbin\" pgbouncer -d -q '{folder}/ini'");
    }

    /// <summary>Kills it with all its connections.</summary>
    public Task KillAsync() => ShellAsync($"kill -KILL $(cat '{PidFile}') && rm '{PidFile}'");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task ShellAsync(string command)
    {
        using Process process = Process.Start("bash", ["-c", command]);
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, command);
    }
}
