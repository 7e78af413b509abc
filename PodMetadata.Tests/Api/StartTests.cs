using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PodMetadata.Tests.Api;

/// <summary>The service as a process: what keeps it from starting is one sentence, and not a stack trace.</summary>
public sealed class StartTests
{
    private const string Database = "Host=127.0.0.1;Port=1;Username=nobody";

    [TestCase("", "", "", "PodMetadata cannot start. ConnectionStrings:PodMetadata is missing: set it to PostgreSQL's connection string (environment: ConnectionStrings__PodMetadata).")]
    [TestCase("Hots=db", "", "", "PodMetadata cannot start. ConnectionStrings:PodMetadata cannot be read: Couldn't set hots (Parameter 'hots')")]
    [TestCase(Database, "maybe", "", "PodMetadata cannot start. Failed to convert configuration value 'maybe' at 'Database:MigrateOnStart' to type 'System.Boolean'.")]
    [TestCase(Database, "", "http", "PodMetadata cannot start. PORT must be a number from 1 to 65535, not 'http'.")]
    public async Task Wrong_configuration_names_its_key(string connectionString, string migrate, string port, string sentence) =>
        Assert.That(await StartAsync(connectionString, migrate, port), Is.EqualTo(sentence));

    [TestCase("-00:00:01")]
    [TestCase("36501")]
    public async Task A_time_that_cannot_be_kept_names_its_key(string retention)
    {
        Environment.SetEnvironmentVariable("Retention__DeadPods", retention);
        try
        {
            Assert.That(await StartAsync(Database, "", ""), Is.EqualTo("PodMetadata cannot start. Retention:DeadPods must be a time from 0 (off) to 36500.00:00:00."));
        }
        finally
        {
            Environment.SetEnvironmentVariable("Retention__DeadPods", null);
        }
    }

    [Test]
    public async Task A_port_in_use_is_named()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        Assert.That(await StartAsync(Database, "false", $"{port}"), Is.EqualTo($"PodMetadata cannot start. Failed to bind to address http://127.0.0.1:{port}: address already in use."));
    }

    /// <summary>Starts the service, which must fail, and returns all that it prints.</summary>
    private static async Task<string> StartAsync(string connectionString, string migrate, string port)
    {
        ProcessStartInfo start = new("dotnet", typeof(Program).Assembly.Location) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ConnectionStrings__PodMetadata"] = connectionString;
        start.Environment["Database__MigrateOnStart"] = migrate is "" ? null : migrate;
        start.Environment["PORT"] = port;
        start.Environment["ASPNETCORE_URLS"] = null;
        using Process process = Process.Start(start)!;
        string[] output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.EqualTo(1));
        return string.Concat(output).Trim();
    }
}
