using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PodMetadata.Tests.Api;

/// <summary>The service as a process: what keeps it from starting is one sentence, and not a stack trace.</summary>
[Parallelizable]
public sealed class StartTests
{
    private const string Database = "Host=127.0.0.1;Port=1;Username=nobody";
    private const string Proxies = "ForwardedHeaders:KnownProxies must be a list of addresses, such as 10.0.0.7.";
    private const string Networks = "ForwardedHeaders:KnownNetworks must be a list of networks, such as 10.0.0.0/24, with zeros after the prefix.";

    [TestCase("", "", "", "PodMetadata cannot start. ConnectionStrings:PodMetadata is missing: set it to PostgreSQL's connection string (environment: ConnectionStrings__PodMetadata).")]
    [TestCase("Hots=db", "", "", "PodMetadata cannot start. ConnectionStrings:PodMetadata cannot be read: it has a keyword or a value that Npgsql does not know, or a value that needs quotes.")]
    [TestCase("Host=db;Port=all", "", "", "PodMetadata cannot start. ConnectionStrings:PodMetadata cannot be read: it has a keyword or a value that Npgsql does not know, or a value that needs quotes.")]
    [TestCase("Host=db;Password=abc;SECRET=zz", "", "", "PodMetadata cannot start. ConnectionStrings:PodMetadata cannot be read: it has a keyword or a value that Npgsql does not know, or a value that needs quotes.")]
    [TestCase("postgres://pods:secret@db?options=-c", "", "", "PodMetadata cannot start. ConnectionStrings:PodMetadata cannot be read: the URI has the parameter options, which is not supported; sslmode, sslrootcert, target_session_attrs, connect_timeout and application_name are.")]
    [TestCase("postgres://pods:secret@db?target_session_attrs=primary", "", "", "PodMetadata cannot start. ConnectionStrings:PodMetadata cannot be used: Target Session Attributes (target_session_attrs) needs several hosts to choose from.")]
    [TestCase("Host=db;Target Session Attributes=primary", "", "", "PodMetadata cannot start. ConnectionStrings:PodMetadata cannot be used: Target Session Attributes (target_session_attrs) needs several hosts to choose from.")]
    [TestCase(Database, "maybe", "", "PodMetadata cannot start. Failed to convert configuration value 'maybe' at 'Database:MigrateOnStart' to type 'System.Boolean'.")]
    [TestCase(Database, "", "http", "PodMetadata cannot start. PORT must be a number from 1 to 65535, not 'http'.")]
    public async Task Wrong_configuration_names_its_key(string connectionString, string migrate, string port, string sentence) =>
        Assert.That(await StartAsync(connectionString, migrate, port), Is.EqualTo(sentence));

    [TestCase("-00:00:01")]
    [TestCase("36501")]
    public async Task A_time_that_cannot_be_kept_names_its_key(string retention) =>
        Assert.That(
            await StartAsync(Database, "false", "", $" --Retention:DeadPods={retention}"),
            Is.EqualTo("PodMetadata cannot start. Retention:DeadPods and Retention:Leases must be times from 0 (off) to 36500.00:00:00."));

    [TestCase("StaleAfter=-00:00:01")]
    [TestCase("StaleAfter=1.00:00:01")]
    [TestCase("ClockSkew=-00:00:01")]
    [TestCase("ClockSkew=2.00:00:00")]
    public async Task A_time_that_is_no_span_of_a_day_names_its_key(string setting) =>
        Assert.That(
            await StartAsync(Database, "false", "", $" --Resolution:{setting}"),
            Is.EqualTo("PodMetadata cannot start. Resolution:StaleAfter and Resolution:ClockSkew must be times from 0 to 1.00:00:00."));

    [TestCase("Resolution:StaleAfter=soon", "Failed to convert configuration value 'soon' at 'Resolution:StaleAfter' to type 'System.TimeSpan'.")]
    [TestCase("Resolution:Stale=1", "Resolution:Stale is not a setting.")]
    [TestCase("Resolution=1", "Resolution must hold settings, not a value.")]
    [TestCase("Limits:Resolves=0", "Every setting of Limits must be above zero, and its times less than a day.")]
    [TestCase("Limits:Listing=2", "Limits:Listing is not a setting.")]
    [TestCase("Limits:IsValid=true", "Limits:IsValid is not a setting.")]
    [TestCase("Database:Timeout=1", "Database:Timeout is not a setting.")]
    [TestCase("Retention:Pods=1", "Retention:Pods is not a setting.")]
    [TestCase("Retention=1", "Retention must hold settings, not a value.")]
    [TestCase("ForwardedHeaders:KnownProxy=10.0.0.1", "ForwardedHeaders:KnownProxy is not a setting.")]
    [TestCase("ForwardedHeaders=10.0.0.1", "ForwardedHeaders must hold settings, not a value.")]
    [TestCase("Authentication=on", "Authentication must hold settings, not a value.")]
    [TestCase("Kubernetes:Wach=true", "Kubernetes:Wach is not a setting.")]
    [TestCase("Kubernetes:Watch=maybe", "Failed to convert configuration value 'maybe' at 'Kubernetes:Watch' to type 'System.Boolean'.")]
    [TestCase("Kubernetes:Context=a", "Kubernetes:Kubeconfig and Kubernetes:Context need Kubernetes:Watch=true.")]
    [TestCase("Kubernetes:Watch=true --Kubernetes:Kubeconfig=/nowhere/config", "Kubernetes:Kubeconfig (/nowhere/config) cannot be used: Could not find a part of the path '/nowhere/config'.")]
    [TestCase("Kubernetes:Watch=true --Kubernetes:Kubeconfig=/dev/null", "Kubernetes:Kubeconfig (/dev/null) cannot be used: it is not a kubeconfig")]
    public async Task A_setting_that_nothing_reads_is_named(string setting, string sentence) =>
        Assert.That(await StartAsync(Database, "false", "", $" --{setting}"), Is.EqualTo($"PodMetadata cannot start. {sentence}"));

    [TestCase("ENDPOINT=collector", "ENDPOINT must be an http or https URL, not 'collector'.")]
    [TestCase("ENDPOINT=localhost:4317", "ENDPOINT must be an http or https URL, not 'localhost:4317'.")]
    [TestCase("TRACES_ENDPOINT=localhost:4317", "TRACES_ENDPOINT must be an http or https URL, not 'localhost:4317'.")]
    [TestCase("ENDPOINT=http://127.0.0.1:1 --{0}PROTOCOL=http/json", "PROTOCOL must be grpc or http/protobuf, not 'http/json'.")]
    [TestCase("ENDPOINT=http://127.0.0.1:1 --{0}METRICS_PROTOCOL=http", "METRICS_PROTOCOL must be grpc or http/protobuf, not 'http'.")]
    [TestCase("ENDPOINT=http://127.0.0.1:1 --{0}TIMEOUT=10s", "TIMEOUT must be a number of milliseconds, not '10s'.")]
    public async Task A_wrong_variable_of_OpenTelemetry_is_named(string variables, string sentence)
    {
        string arguments = string.Format(CultureInfo.InvariantCulture, " --{0}" + variables, "OTEL_EXPORTER_OTLP_");
        Assert.That(await StartAsync(Database, "false", "", arguments), Is.EqualTo($"PodMetadata cannot start. OTEL_EXPORTER_OTLP_{sentence}"));
    }

    [TestCase("Tokens=secret-0123456789", "Authentication:Tokens must hold tokens, each with a Token and a Role.")]
    [TestCase("Tokens:a:Token=secret-012345", "Authentication:Tokens:a:Token must be at least 16 letters, digits or -_~+/= without spaces or dots.; Authentication:Tokens:a:Role must be read or write.")]
    [TestCase("Tokens:a:Token=secret.0123456789 Tokens:a:Role=read", "Authentication:Tokens:a:Token must be at least 16 letters, digits or -_~+/= without spaces or dots.")]
    [TestCase("Tokens:a:Token=secret-0123456789 Tokens:a:Role=admin", "Authentication:Tokens:a:Role must be read or write.")]
    [TestCase("Tokens:0:Token=secret-0123456789 Tokens:0:Role=read Tokens:1:Token=secret-0123456789 Tokens:1:Role=write", "Authentication:Tokens:1:Token is another token's too.")]
    [TestCase("Token:a=secret-0123456789", "Authentication:Token is not a setting.")]
    [TestCase("Tokens:a:Token=secret-0123456789 Tokens:a:Role=read Tokens:a:Roles=write", "Authentication:Tokens:a:Roles is not a setting.")]
    [TestCase("TokensFile=/nowhere/tokens.json", "Authentication:TokensFile cannot be used: Could not find a part of the path '/nowhere/tokens.json'.")]
    [TestCase("TokensFile=", "Authentication:TokensFile cannot be used: The value cannot be an empty string. (Parameter 'path')")]
    [TestCase("TokensFile=/dev/null", "Authentication:TokensFile cannot be used: It is not valid JSON, in line 1.")]
    [TestCase("Jwt:Audience=pods", "Set Authentication:Jwt:Authority or Authentication:Jwt:JwksFile, and not both.")]
    [TestCase("Jwt:Audience=pods Jwt:Authority=http://issuer", "Authentication:Jwt:Authority must be an https address (or an http one, with Authentication:Jwt:RequireHttpsMetadata=false).")]
    [TestCase("Jwt:Authority=https://issuer Jwt:Writer=me", "Authentication:Jwt:Writer is not a setting.; Authentication:Jwt:Audience is missing: set it to the audience that tokens must be meant for.")]
    [TestCase("Jwt:Audience=pods Jwt:JwksFile=/nowhere/jwks.json", "Authentication:Jwt:JwksFile cannot be used: Could not find a part of the path '/nowhere/jwks.json'.")]
    [TestCase("Jwt:Audience=pods Jwt:JwksFile=/dev/null", "Authentication:Jwt:JwksFile cannot be used: It is not a JSON web key set.")]
    public async Task Wrong_authentication_names_its_key_and_no_token(string settings, string sentence)
    {
        string arguments = string.Concat(settings.Split(' ').Select(setting => $" --Authentication:{setting}"));
        Assert.That(await StartAsync(Database, "false", "", arguments), Is.EqualTo($"PodMetadata cannot start. {sentence}"));
    }

    [TestCase("Cors:Origins=https://a.example")]
    [TestCase("Cors:Origins:0=https://a.example/")]
    [TestCase("Cors:Origins:0=a.example")]
    [TestCase("Cors:Origins:0=* --Cors:Origins:1=https://a.example")]
    [TestCase("Cors:Origin:0=https://a.example")]
    public async Task Wrong_origins_name_their_key(string settings) =>
        Assert.That(await StartAsync(Database, "false", "", $" --{settings}"), Is.EqualTo("PodMetadata cannot start. Cors:Origins must be a list of origins as browsers send them, such as https://pods.example.com, or of * alone."));

    [TestCase("PathBase=pods")]
    [TestCase("PathBase=/")]
    [TestCase("PathBase=/pods/")]
    [TestCase("PathBase=//pods")]
    [TestCase("PathBase=/pods/..")]
    [TestCase("PathBase=/p?ods")]
    [TestCase("PathBase:0=/pods")]
    public async Task A_wrong_path_prefix_names_its_key(string setting) =>
        Assert.That(await StartAsync(Database, "false", "", $" --{setting}"), Is.EqualTo("PodMetadata cannot start. PathBase must be a path such as /pods, of letters, digits and -._~ between slashes, without a slash at its end."));

    [TestCase("KnownProxies=10.0.0.1", Proxies)]
    [TestCase("KnownProxies:0=10.1", Proxies)]
    [TestCase("KnownProxies:0=10.0.0.0/8", Proxies)]
    [TestCase("KnownProxies:0:Address=10.0.0.1", Proxies)]
    [TestCase("KnownNetworks=10.0.0.0/8", Networks)]
    [TestCase("KnownNetworks:0=10.0.0.1/8", Networks)]
    [TestCase("KnownNetworks:0=10/8", Networks)]
    [TestCase("KnownNetworks:0=10.0.0.0", Networks)]
    [TestCase("KnownNetworks:0=10.0.0.0/33", Networks)]
    public async Task Wrong_proxies_name_their_key(string setting, string sentence) =>
        Assert.That(await StartAsync(Database, "false", "", $" --ForwardedHeaders:{setting}"), Is.EqualTo($"PodMetadata cannot start. {sentence}"));

    [Test]
    public async Task A_port_in_use_is_named()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        Assert.That(await StartAsync(Database, "false", $"{port}"), Is.EqualTo($"PodMetadata cannot start. Failed to bind to address http://127.0.0.1:{port}: address already in use."));
    }

    [TestCase("Kestrel:Limits:MaxRequestBodySize=-5", "MaxRequestBodySize: Value must be null or a non-negative number. (Parameter 'value')")]
    [TestCase("Kestrel:Limits:KeepAliveTimeout=-1", "KeepAliveTimeout: Value must be a positive TimeSpan. (Parameter 'value')")]
    [TestCase("urls=nonsense", "Invalid url: 'nonsense'")]
    [TestCase("ShutdownDelaySeconds=301", "ShutdownDelaySeconds must be a number of seconds from 0 to 300.")]
    [TestCase("ShutdownDelaySeconds=5s", "ShutdownDelaySeconds must be a number of seconds from 0 to 300.")]
    [TestCase("Database:ReadFrom=5", "Database:ReadFrom must be Primary or PreferStandby.")]
    [TestCase("Database:ReadFrom=PreferStandby", "Database:ReadFrom=PreferStandby needs several hosts in ConnectionStrings:PodMetadata: the primary's, then those of standbys.")]
    [TestCase("Database:MaxPoolSize=0", "Database:MaxPoolSize must be a number from 1 to 1000.")]
    [TestCase("Kestrel:Certificates:Default:Path=/nowhere/tls.crt --Kestrel:Certificates:Default:KeyPath=/nowhere/tls.key", "Kestrel:Certificates:Default:Path cannot be used: Could not find a part of the path '/nowhere/tls.crt'.")]
    [TestCase("http_ports=99999", "A port must be a number up to 65535.")]
    public async Task A_value_that_the_server_refuses_is_said_in_a_sentence(string setting, string sentence) =>
        Assert.That(await StartAsync(Database, "false", "", $" --{setting}"), Is.EqualTo($"PodMetadata cannot start. {sentence}"));

    [Test]
    public async Task The_port_is_9090_unless_something_else_is_said()
    {
        using TcpListener? taken = Take(9090);
        Assert.That(await StartAsync(Database, "false", ""), Is.EqualTo("PodMetadata cannot start. Failed to bind to address http://127.0.0.1:9090: address already in use."));
    }

    /// <summary>Listens on a port, or returns null where somebody else does.</summary>
    private static TcpListener? Take(int port)
    {
        TcpListener listener = new(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            listener.Dispose();
            return null;
        }
    }

    /// <summary>Starts the service, which must fail, and returns all that it prints.</summary>
    private static async Task<string> StartAsync(string connectionString, string migrate, string port, string arguments = "")
    {
        ProcessStartInfo start = new("dotnet", typeof(Program).Assembly.Location + arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ConnectionStrings__PodMetadata"] = connectionString;
        start.Environment["Database__MigrateOnStart"] = migrate is "" ? null : migrate;
        start.Environment["PORT"] = port;
        start.Environment["ASPNETCORE_URLS"] = null;
        start.Environment["Logging__LogLevel__PodMetadata.Infrastructure.DatabaseMonitor"] = "None"; // there is no database
        using Process process = Process.Start(start)!;
        Task<string[]> output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(TimeSpan.FromSeconds(30)))
        {
            process.Kill(); // it serves, and would for ever
        }

        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.EqualTo(1));
        return string.Concat(await output).Trim();
    }
}
