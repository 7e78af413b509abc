using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;
using PodMetadata.Domain.Labels;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Store;

/// <summary>A page of the pods that match a query: a row for each, ordered by namespace (null last) and name.</summary>
internal sealed class ListStatement
{
    private const string Order = "ORDER BY pod_namespace, pod_name";
    private const string Columns = $"{RowReader.PodColumns}, labels";
    private const string WithNamesakes = $"(SELECT {Columns} FROM pod_details UNION ALL SELECT {Columns} FROM pod_namesakes) AS pods";

    private readonly string table;
    private readonly List<string> conditions = [];
    private readonly List<NpgsqlParameter> parameters = [];

    /// <summary>Writes the SQL for a query.</summary>
    public ListStatement(PodQuery query)
    {
        table = query.WithNamesakes ? WithNamesakes : "pod_details";
        AddEquality("pod_namespace", query.Namespace);
        AddEquality("node_name", query.NodeName);
        AddEquality("pod_identity", query.Identity);
        if (query.Live is { } live)
        {
            conditions.Add(live ? "NOT is_dead" : "is_dead");
        }

        foreach (LabelRequirement requirement in query.Labels?.Requirements ?? [])
        {
            conditions.Add(Condition(requirement));
        }

        string columns = query.WithManifest ? RowReader.PodColumns : RowReader.PodColumnsWithoutManifest;
        string rows = query.After is { } after
            ? $"FROM ({From(after, query.Limit is null ? "" : "LIMIT @limit + 1")}) AS page"
            : $"FROM {table} {Where()}";
        Sql = query.Limit is { } limit
            ? Limited(columns, rows, limit)
            : $"SELECT {columns}, NULL::text AS next_namespace, NULL::text AS next_name {rows} {Order}";
    }

    public string Sql { get; }

    public NpgsqlParameter[] Parameters => [.. parameters];

    public Statement<Pod> ToStatement() => new(Sql, Parameters, RowReader.ReadPod);

    /// <summary>The position of the page's last pod when more pods follow it, else null. Every row has it.</summary>
    public static PodPosition? ReadNext(NpgsqlDataReader row) =>
        row.Text("next_name") is { } name ? new PodPosition(row.Text("next_namespace"), name) : null;

    // The link to the next page precedes the rows of this one, so the same snapshot is first asked for the page's last pod and the one after it.
    private string Limited(string columns, string rows, int limit)
    {
        Add("limit", NpgsqlDbType.Integer, limit);
        return $"""
            WITH last_two AS (SELECT pod_namespace, pod_name {rows} {Order} OFFSET @limit - 1 LIMIT 2)
            SELECT {columns}, next.namespace AS next_namespace, next.name AS next_name
            FROM (SELECT * {rows} {Order} LIMIT @limit) AS page
            LEFT JOIN (SELECT pod_namespace AS namespace, pod_name AS name FROM last_two {Order} LIMIT 1) AS next ON (SELECT count(*) FROM last_two) = 2
            {Order}
            """;
    }

    // Pods without a namespace come last, but no comparison with null is true. Each part is an index scan from its own position.
    private string From(PodPosition after, string limit)
    {
        Add("after_name", NpgsqlDbType.Text, after.Name);
        if (after.Namespace is null)
        {
            return Part("pod_namespace IS NULL AND pod_name > @after_name");
        }

        Add("after_namespace", NpgsqlDbType.Text, after.Namespace);
        return $"{Part("(pod_namespace, pod_name) > (@after_namespace, @after_name)")} UNION ALL {Part("pod_namespace IS NULL")}";

        string Part(string condition) => $"(SELECT * FROM {table} {Where(condition)} {Order} {limit})";
    }

    private string Where(params string[] more)
    {
        string[] all = [.. conditions, .. more];
        return all.Length == 0 ? "" : $"WHERE {string.Join(" AND ", all)}";
    }

    private void AddEquality(string column, string? value)
    {
        if (value is not null)
        {
            conditions.Add($"{column} = {Add(column, NpgsqlDbType.Text, value)}");
        }
    }

    private string Condition(LabelRequirement requirement) => requirement.Operator switch
    {
        LabelOperator.Exists => Has(requirement.Key),
        LabelOperator.DoesNotExist => $"NOT {Has(requirement.Key)}",
        LabelOperator.In => HasOneOf(requirement),
        LabelOperator.NotIn => $"NOT {HasOneOf(requirement)}",
        LabelOperator.GreaterThan => Compares(requirement, ">"),
        _ => Compares(requirement, "<"),
    };

    private string Has(string key) => $"labels ? {Add(NpgsqlDbType.Text, key)}";

    // The index supports containment.
    private string HasOneOf(LabelRequirement requirement) => $"({string.Join(" OR ", requirement.Values.Select(value =>
        $"labels @> {Add(NpgsqlDbType.Jsonb, JsonSerializer.Serialize(new Dictionary<string, string> { [requirement.Key] = value }))}"))})";

    // A value that is not a 64-bit integer is neither greater nor less than another. A label's value has at most 63 characters.
    private string Compares(LabelRequirement requirement, string comparison)
    {
        string label = $"labels ->> {Add(NpgsqlDbType.Text, requirement.Key)}";
        string value = Add(NpgsqlDbType.Numeric, decimal.Parse(requirement.Values[0], CultureInfo.InvariantCulture));
        return $"CASE WHEN {label} ~ '^[+-]?[0-9]{{1,63}}$'"
            + $" THEN ({label})::numeric BETWEEN {long.MinValue} AND {long.MaxValue} AND ({label})::numeric {comparison} {value} ELSE false END";
    }

    private string Add(NpgsqlDbType type, object value) => Add($"label{parameters.Count}", type, value);

    private string Add(string name, NpgsqlDbType type, object value)
    {
        parameters.Add(new NpgsqlParameter(name, type) { Value = value });
        return $"@{name}";
    }
}
