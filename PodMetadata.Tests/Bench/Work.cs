namespace PodMetadata.Tests.Bench;

/// <summary>One kind of request, and the statement that does its work on a plain table.</summary>
/// <param name="Name">What work.lua calls it.</param>
/// <param name="Route">What the table calls it.</param>
/// <param name="Statement">The single-row statement that pgbench sends.</param>
internal sealed record Work(string Name, string Route, string Statement)
{
    private const string Columns = "pod_name, pod_namespace, pod_ip, node_name, is_dead, pod_identity, workload_selector_labels, pod_obj, time_stamp";

    private const string Upsert = $"""
        INSERT INTO pod_details ({Columns})
        VALUES (@pod_name, @pod_namespace, @pod_ip, @node_name, @is_dead, @pod_identity, @workload_selector_labels, @pod_obj, @time_stamp)
        ON CONFLICT (pod_name) DO UPDATE SET
            pod_namespace = excluded.pod_namespace, pod_ip = excluded.pod_ip, node_name = excluded.node_name, is_dead = excluded.is_dead,
            pod_identity = excluded.pod_identity, workload_selector_labels = excluded.workload_selector_labels, pod_obj = excluded.pod_obj,
            time_stamp = excluded.time_stamp
        """;

    public static readonly Work FindByName = new("name", "GET /pod/name", $"SELECT {Columns} FROM pod_details WHERE pod_name = @pod_name");

    public static readonly Work FindByIp = new("ip", "GET /pod/ip", $"SELECT {Columns} FROM pod_details WHERE pod_ip = @pod_ip");

    public static readonly Work List = new(
        "list", "GET /pod/list/{node}", $"SELECT {Columns} FROM pod_details WHERE node_name = @node_name AND NOT is_dead ORDER BY pod_namespace, pod_name");

    public static readonly Work New = new("new", "POST /pod/spec new", Upsert) { From = 1, To = 101, IsWrite = true, Outcome = "inserted" };

    public static readonly Work Changed = new("changed", "POST /pod/spec changed", Upsert) { To = 0.4, IsWrite = true, Outcome = "replaced" };

    public static readonly Work Unchanged = new("unchanged", "POST /pod/spec unchanged", Upsert) { From = 0.4, IsWrite = true, Outcome = "unchanged" };

    public static readonly Work MarkDead = new(
        "mark_dead", "POST /pod/mark_dead", "UPDATE pod_details SET is_dead = true WHERE pod_name = @pod_name AND pod_ip = @pod_ip")
    { IsWrite = true };

    /// <summary>Where the pods it is about begin and end, as shares of all; those beyond 1 are new.</summary>
    public double From { get; private init; }

    public double To { get; private init; } = 1;

    public bool IsWrite { get; private init; }

    /// <summary>What the service counts it as when it stores a pod; null where it sends none.</summary>
    public string? Outcome { get; private init; }

    /// <summary>The number of the first pod it is about.</summary>
    public int First(int pods) => (int)(From * pods) + 1;

    /// <summary>The number of the last one.</summary>
    public int Last(int pods) => (int)(To * pods);

    /// <summary>How many there are.</summary>
    public int Count(int pods) => Last(pods) - First(pods) + 1;
}
