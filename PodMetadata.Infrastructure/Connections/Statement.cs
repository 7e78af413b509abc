using Npgsql;

namespace PodMetadata.Infrastructure.Connections;

/// <summary>A SQL statement with its parameters and the reader of its rows.</summary>
internal sealed record Statement<T>(string Sql, NpgsqlParameter[] Parameters, Func<NpgsqlDataReader, T> Read)
{
    /// <summary>The same with parameters of its own, to be run at the same time: a parameter belongs to one command.</summary>
    public Statement<T> Copy() => this with { Parameters = Array.ConvertAll(Parameters, parameter => parameter.Clone()) };
}
