using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Maintenance;

namespace PodMetadata.Tests.Api;

/// <summary>The whole service on a free loopback port and a database of its own, asked over real HTTP.</summary>
public sealed class Service : WebApplicationFactory<Program>
{
    /// <summary>Limits for a busy machine, which hold in tests of anything but limits.</summary>
    public static readonly IReadOnlyDictionary<string, string?> Patient = Limits(new()
    {
        LookupTimeout = TimeSpan.FromSeconds(30),
        WriteTimeout = TimeSpan.FromSeconds(30),
        ListingTimeout = TimeSpan.FromSeconds(30),
    });

    /// <summary>The limits that hold unless something else is set.</summary>
    public static readonly IReadOnlyDictionary<string, string?> ItsOwnLimits = Limits(new());

    private readonly string connectionString;
    private readonly IReadOnlyDictionary<string, string?> settings;
    private readonly Action<IWebHostBuilder>? configure;

    private Service(string connectionString, IReadOnlyDictionary<string, string?> settings, Action<IWebHostBuilder>? configure)
    {
        this.connectionString = connectionString;
        this.settings = settings;
        this.configure = configure;
    }

    /// <summary>What the service logged.</summary>
    public FakeLogCollector Log { get; } = new();

    /// <summary>A client of the service.</summary>
    public HttpClient Http { get; private set; } = null!;

    public string ConnectionString => connectionString;

    /// <summary>Starts a service on a database of its own, or on the one given, and waits until it is ready.</summary>
    public static async Task<Service> StartAsync(
        string? connectionString = null, bool waitUntilReady = true, IReadOnlyDictionary<string, string?>? settings = null,
        Action<IWebHostBuilder>? configure = null)
    {
        Service service = new(connectionString ?? await TestDatabase.CreateAsync(), settings ?? ReadOnlyDictionary<string, string?>.Empty, configure);
        service.UseKestrel();
        service.StartServer();
        service.Http = service.CreateClient();
        if (waitUntilReady)
        {
            await service.WaitForAsync("/readyz", HttpStatusCode.OK);
        }

        return service;
    }

    /// <summary>Waits until a path answers with a status, and a body that ends so.</summary>
    public async Task WaitForAsync(string path, HttpStatusCode status, string end = "")
    {
        string answer = "";
        for (Stopwatch waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(2); await Task.Delay(20))
        {
            using HttpResponseMessage response = await Http.GetAsync(path);
            answer = await response.Content.ReadAsStringAsync();
            if (response.StatusCode == status && answer.EndsWith(end, StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new TimeoutException($"{path} did not answer {status} {end}, but at last {answer}");
    }

    /// <summary>The texts of the service's own warnings since the table was emptied, but for the monitor's, who has no patience with a busy
    /// machine.</summary>
    public string[] Warnings() => [.. Log.GetSnapshot()
        .Where(record => record.Level == LogLevel.Warning && record.Category!.StartsWith("PodMetadata", StringComparison.Ordinal))
        .Where(record => !(record.Category!.EndsWith(nameof(DatabaseMonitor), StringComparison.Ordinal) && TookTooLong(record.Message)))
        .Select(record => record.Message)];

    /// <summary>Empties the tables.</summary>
    public async Task ClearAsync()
    {
        await SqlAsync("TRUNCATE pod_details, pod_namesakes, pod_ip_leases, cluster_watch");
        Log.Clear();
    }

    /// <summary>Runs a statement on the service's database, beside the service.</summary>
    public async Task<object?> SqlAsync(string sql)
    {
        await using NpgsqlConnection connection = new(ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Adds live pods on worker-1, whose manifests are together more than sockets and buffers hold, without leases.</summary>
    public Task<object?> FillAsync(int count) => SqlAsync($$"""
        SET session_replication_role = replica;
        INSERT INTO pod_details (pod_name, pod_ip, node_name, is_dead, pod_obj, time_stamp)
        SELECT 'pod-' || i, '10.0.0.1', 'worker-1', false, jsonb_build_object('text', repeat('x', 8000)), timestamp '2026-01-01'
        FROM generate_series(1, {{count}}) AS i;
        RESET session_replication_role
        """);

    /// <summary>Posts a record, which must be taken, and returns the answer.</summary>
    public async Task<JsonNode> UpsertAsync(JsonNode record)
    {
        using HttpResponseMessage response = await PostAsync("/pod/spec", record.ToJsonString());
        string body = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), body);
        return JsonNode.Parse(body)!;
    }

    /// <summary>Gets JSON from a path that must answer 200.</summary>
    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Http.GetStringAsync(path))!;

    /// <summary>The names of the pods in a listing, in its order.</summary>
    public async Task<string[]> NamesAsync(string path) => [.. (await GetAsync(path)).AsArray().Select(pod => pod!["pod_name"]!.GetValue<string>())];

    /// <summary>The answer of POST /pod/mark_dead.</summary>
    public async Task<string> MarkDeadAsync(string json)
    {
        using HttpResponseMessage response = await PostAsync("/pod/mark_dead", json);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Posts a body that must be refused, and returns the problem's errors by member.</summary>
    public async Task<JsonObject> RefusedAsync(string path, string json)
    {
        using HttpResponseMessage response = await PostAsync(path, json);
        JsonNode problem = await Problems.ReadAsync(response, HttpStatusCode.BadRequest);
        return problem["errors"]!.AsObject();
    }

    public Task<HttpResponseMessage> PostAsync(string path, string json) =>
        Http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    private static bool TookTooLong(string warning) =>
        warning.Contains("timed out", StringComparison.Ordinal) || warning.Contains("Timeout during", StringComparison.Ordinal);

    private static Dictionary<string, string?> Limits(DatabaseOptions limits) => new()
    {
        ["Database:LookupTimeout"] = limits.LookupTimeout.ToString("c"),
        ["Database:WriteTimeout"] = limits.WriteTimeout.ToString("c"),
        ["Database:ListingTimeout"] = limits.ListingTimeout.ToString("c"),
    };

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        builder.UseSetting("ConnectionStrings:PodMetadata", connectionString);
        foreach ((string key, string? value) in Patient.Concat(settings))
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(new FakeLoggerProvider(Log)));
        configure?.Invoke(builder);
    }
}
