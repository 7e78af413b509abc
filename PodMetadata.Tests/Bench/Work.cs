using PodMetadata.Domain;
using PodMetadata.Infrastructure.Store;

namespace PodMetadata.Tests.Bench;

/// <summary>One kind of request, and the statement that pgbench sends for it.</summary>
/// <param name="Name">What work.lua calls it.</param>
/// <param name="Route">What the table calls it.</param>
/// <param name="Statement">The SQL that the service sends, or null where the ceiling is another's.</param>
internal sealed record Work(string Name, string Route, string? Statement)
{
    public static readonly Work FindByName = new("name", "GET /pod/name", FindByNameStatement.Sql);

    public static readonly Work FindByIp = new("ip", "GET /pod/ip", FindByIpStatement.Sql);

    public static readonly Work List = new("list", "GET /pod/list/{node}", new ListStatement(new PodQuery { NodeName = "", Live = true }).Sql);

    public static readonly Work New = new("new", "POST /pod/spec new", UpsertStatement.Sql) { From = 1, To = 101, IsWrite = true, Outcome = "inserted" };

    public static readonly Work Changed = new("changed", "POST /pod/spec changed", UpsertStatement.Sql) { To = 0.4, IsWrite = true, Outcome = "replaced" };

    public static readonly Work Unchanged = new("unchanged", "POST /pod/spec unchanged", null)
    {
        From = 0.4,
        IsWrite = true,
        Outcome = "unchanged",
        Ceiling = Changed.Route,
    };

    public static readonly Work MarkDead = new("mark_dead", "POST /pod/mark_dead", MarkDeadStatement.Sql) { IsWrite = true };

    /// <summary>Where the pods it is about begin and end, as shares of all; those beyond 1 are new.</summary>
    public double From { get; private init; }

    public double To { get; private init; } = 1;

    public bool IsWrite { get; private init; }

    /// <summary>What the service counts it as when it stores a pod; null where it sends none.</summary>
    public string? Outcome { get; private init; }

    /// <summary>The route of the work whose statement is its ceiling.</summary>
    public string Ceiling { get; private init; } = Route;

    /// <summary>The number of the first pod it is about.</summary>
    public int First(int pods) => (int)(From * pods) + 1;

    /// <summary>The number of the last one.</summary>
    public int Last(int pods) => (int)(To * pods);

    /// <summary>How many there are.</summary>
    public int Count(int pods) => Last(pods) - First(pods) + 1;
}
