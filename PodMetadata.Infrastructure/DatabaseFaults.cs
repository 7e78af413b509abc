using System.Net.Sockets;
using Npgsql;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>Tells apart what can go wrong with the database.</summary>
public static class DatabaseFaults
{
    /// <summary>Whether the database could not serve a request that it may serve later: out of reach, starting or stopping, out of
    /// connections, read-only (a standby), without its current schema, at odds with its disk or itself, or with a password or rights that do
    /// not fit.</summary>
    public static bool IsUnavailable(Exception exception) =>
        Causes(exception).Any(cause => cause is TimeoutException
            || (cause is PostgresException postgres && (postgres.IsTransient || IsMissingSchema(postgres.SqlState) || IsShuttingDown(postgres.SqlState)
                || IsNoAccess(postgres.SqlState) || IsServerFault(postgres.SqlState)
                || postgres.SqlState is PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.ReadOnlySqlTransaction))
            || (cause is NpgsqlException and not PostgresException));

    /// <summary>Whether the connection broke under a statement, so that another one may serve it.</summary>
    public static bool IsBrokenConnection(Exception exception) =>
        Causes(exception).Any(cause => cause is PostgresException postgres ? IsShuttingDown(postgres.SqlState) : cause is IOException or SocketException);

    /// <summary>Whether a statement waited too long for a row that another one holds, or for one that waits for it in turn.</summary>
    public static bool IsContention(Exception exception) =>
        Causes(exception).Any(cause => cause is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected });

    /// <summary>Whether the server failed at a statement by its own fault, which may be that of one row's page: SQLSTATE classes 58, system error,
    /// and XX, internal error, such as a function that is dropped while a statement begins to call it.</summary>
    public static bool IsServerFault(Exception exception) =>
        Causes(exception).Any(cause => cause is PostgresException postgres && IsServerFault(postgres.SqlState));

    /// <summary>Whether PostgreSQL refused a value as such (SQLSTATE class 22, data exception).</summary>
    public static bool IsRefusedValue(Exception exception) =>
        Causes(exception).Any(cause => cause is PostgresException postgres && postgres.SqlState.StartsWith("22", StringComparison.Ordinal));

    /// <summary>What went wrong, for the log: on one line, and without the statement.</summary>
    public static string Reason(Exception exception)
    {
        Exception cause = exception.GetBaseException();
        return LogText.Of(cause is PostgresException postgres ? $"{postgres.SqlState}: {postgres.MessageText}" : cause.Message)!;
    }

    private static bool IsShuttingDown(string sqlState) => sqlState.StartsWith("57P", StringComparison.Ordinal);

    private static bool IsMissingSchema(string sqlState) =>
        sqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedFunction
            or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.InvalidCatalogName;

    // SQLSTATE class 28: a wrong password, a role that is gone. Who rotates them may mend it under the running service.
    private static bool IsNoAccess(string sqlState) =>
        sqlState.StartsWith("28", StringComparison.Ordinal) || sqlState is PostgresErrorCodes.InsufficientPrivilege;

    private static bool IsServerFault(string sqlState) =>
        sqlState.StartsWith("58", StringComparison.Ordinal) || sqlState.StartsWith("XX", StringComparison.Ordinal);

    // EF Core wraps what the driver throws.
    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
