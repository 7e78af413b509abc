using Npgsql;

namespace PodMetadata.Infrastructure.Connections;

/// <summary>The server, or a pooler before it, refused the set-up of a connection.</summary>
/// <param name="refusal">What it answered.</param>
internal sealed class ConnectionFailedException(PostgresException refusal) : NpgsqlException(refusal.MessageText, refusal);
