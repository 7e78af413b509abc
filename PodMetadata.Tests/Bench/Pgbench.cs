using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace PodMetadata.Tests.Bench;

/// <summary>Sends single-row statements to a plain table: prepared, their values as parameters.</summary>
internal static partial class Pgbench
{
    private const int WarmUp = 1;

    // pgbench computes with numbers only, so the texts are put together in the statement, as work.lua puts together those of its requests.
    // A manifest is too long to come with each transaction: a client takes another one now and then.
    private const string Numbers = """
        \set a :id / 65536
        \set b :id / 256 % 256
        \set c :id % 256
        \set node :id / 30
        \set namespace :id % 80
        """;

    private const string TakeManifest = """
        \if :sent % 25 = 1
        \set any random(1, 10000)
        SELECT identity, labels, manifest FROM bench_manifests WHERE id = :any \gset
        \endif
        """;

    private static readonly Dictionary<string, string> Values = new()
    {
        ["pod_name"] = "('pod-' || :id)",
        ["pod_namespace"] = "('ns-' || :namespace)",
        ["pod_ip"] = "('10.' || :a || '.' || :b || '.' || :c)",
        ["node_name"] = "('node-' || :node)",
        ["is_dead"] = "false",
        ["pod_identity"] = ":identity::text",
        ["workload_selector_labels"] = ":labels::jsonb",
        ["pod_obj"] = ":manifest::jsonb",
        ["time_stamp"] = "(timestamp '2026-06-01' + :run * interval '1 minute' + :sent * interval '1 microsecond')", // work.lua's
    };

    /// <summary>The script of a work for so many pods. A write takes them in the order of work.lua.</summary>
    public static string Script(Work work, int pods, int connections) => string.Join('\n', [
        @"\set sent :sent + 1",
        work.IsWrite
            ? @$"\set id {work.First(pods)} + (:sent * {connections} + :client_id) * 7919 % {work.Count(pods)}"
            : @$"\set id random({work.First(pods)}, {work.Last(pods)})",
        Numbers,
        .. work.Outcome is not null ? [TakeManifest] : Array.Empty<string>(),
        Parameter().Replace(work.Statement, parameter => Values[parameter.Groups[1].Value]).ReplaceLineEndings(" ") + ";",
        ""]);

    /// <summary>Runs a work's statement, and returns how many transactions there were in all, and how many a second in the last seconds: before,
    /// connections are made, their processes fill their caches, and statements are prepared.</summary>
    public static async Task<(long Transactions, double Rate)> RunAsync(Work work, int pods, NpgsqlConnectionStringBuilder server, int connections, int seconds, int run)
    {
        string script = Path.Combine(Report.Folder, $"{work.Name}.pgbench");
        await File.WriteAllTextAsync(script, Script(work, pods, connections));
        string output = await Command.RunAsync(
            "pgbench",
            [
                "-n", "-M", "prepared", "-c", $"{connections}", "-j", $"{Math.Min(connections, 2)}", "-T", $"{WarmUp + seconds}", "-P", "1",
                "-D", "sent=0", "-D", $"run={run}", "-f", script,
            ],
            Environment(server),
            withErrors: true); // it says its progress there
        double[] rates = [.. Rate().Matches(output).Select(rate => double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture))];
        return (long.Parse(Transactions().Match(output).Groups[1].Value, CultureInfo.InvariantCulture), rates[^seconds..].Average());
    }

    /// <summary>How PostgreSQL's own programs connect.</summary>
    public static IEnumerable<(string Name, string Value)> Environment(NpgsqlConnectionStringBuilder server) =>
    [
        ("PGHOST", server.Host!), ("PGPORT", $"{server.Port}"), ("PGUSER", server.Username!), ("PGPASSWORD", server.Password!),
        ("PGDATABASE", server.Database!), ("PGOPTIONS", "-c random_page_cost=1.1"),
    ];

    [GeneratedRegex("@([a-z_]+)")]
    private static partial Regex Parameter();

    [GeneratedRegex("transactions actually processed: ([0-9]+)")]
    private static partial Regex Transactions();

    [GeneratedRegex("progress: [0-9.]+ s, ([0-9.]+) tps")]
    private static partial Regex Rate();
}
