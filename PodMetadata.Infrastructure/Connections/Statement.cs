using Npgsql;

namespace PodMetadata.Infrastructure.Connections;

/// <summary>A SQL statement with its parameters and the reader of its rows.</summary>
internal sealed record Statement<T>(string Sql, NpgsqlParameter[] Parameters, Func<NpgsqlDataReader, T> Read);
