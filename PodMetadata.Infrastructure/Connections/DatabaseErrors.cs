using System.Net.Sockets;
using Npgsql;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure.Connections;

/// <summary>Classifies the exceptions of the driver and of EF Core, by SQLSTATE
/// (https://www.postgresql.org/docs/current/errcodes-appendix.html).</summary>
internal static class DatabaseErrors
{
    /// <summary>The domain's exception for one of the database; null for any other exception, which is a defect.</summary>
    public static Exception? ToDomain(Exception exception) =>
        IsRefusedValue(exception) ? new ValueRefusedException(Reason(exception), exception)
        : IsUnavailable(exception) ? new PodStoreUnavailableException(Reason(exception), exception)
        : null;

    /// <summary>Whether the database cannot serve a request now, but may serve it later: it is unreachable, starting or stopping, out of
    /// connections, read-only (a standby), without its current schema, inconsistent with its disk or with itself; or it rejects the password
    /// or the role's rights.</summary>
    public static bool IsUnavailable(Exception exception) =>
        Causes(exception).Any(cause => cause is TimeoutException
            || (cause is PostgresException postgres && (postgres.IsTransient || IsMissingSchema(postgres.SqlState) || IsShuttingDown(postgres.SqlState)
                || IsAccessDenied(postgres.SqlState) || IsServerError(postgres.SqlState)
                || postgres.SqlState is PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.ReadOnlySqlTransaction))
            || (cause is NpgsqlException and not PostgresException));

    /// <summary>Whether the connection broke during a statement, so that another connection may serve it.</summary>
    public static bool IsBrokenConnection(Exception exception) =>
        Causes(exception).Any(cause => cause is PostgresException postgres ? IsShuttingDown(postgres.SqlState) : cause is IOException or SocketException);

    /// <summary>Whether the server did not answer, or is about to: it is starting, stopping, or out of connections.</summary>
    public static bool IsUnreachable(Exception exception) =>
        Causes(exception).Any(cause => cause is PostgresException postgres
            ? IsShuttingDown(postgres.SqlState) || postgres.SqlState == PostgresErrorCodes.TooManyConnections
            : cause is TimeoutException or NpgsqlException);

    /// <summary>Whether a standby cancelled a statement that read what it had to replay. Another statement may succeed.</summary>
    public static bool IsRecoveryConflict(Exception exception) =>
        Causes(exception).Any(cause => cause is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure });

    /// <summary>Whether one row, value or lock of a statement may have caused its failure, so that the other requests of a batch can still
    /// succeed: a lock timeout or deadlock, a damaged page, a value that PostgreSQL refuses, or an unknown error.</summary>
    public static bool MayConcernOneRow(Exception exception) =>
        !IsUnavailable(exception) || IsContention(exception)
        || Causes(exception).Any(cause => cause is PostgresException postgres && IsServerError(postgres.SqlState));

    /// <summary>Whether PostgreSQL refused a value (SQLSTATE class 22, data exception).</summary>
    public static bool IsRefusedValue(Exception exception) =>
        exception is not ConnectionFailedException
        && Causes(exception).Any(cause => cause is PostgresException postgres && postgres.SqlState.StartsWith("22", StringComparison.Ordinal));

    /// <summary>The cause, for the log: on one line, without the statement.</summary>
    public static string Reason(Exception exception)
    {
        Exception cause = exception.GetBaseException();
        return LogSanitizer.Sanitize(cause is PostgresException postgres ? $"{postgres.SqlState}: {postgres.MessageText}" : cause.Message)!;
    }

    private static bool IsContention(Exception exception) =>
        Causes(exception).Any(cause => cause is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected });

    private static bool IsShuttingDown(string sqlState) => sqlState.StartsWith("57P", StringComparison.Ordinal);

    private static bool IsMissingSchema(string sqlState) =>
        sqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedFunction
            or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.InvalidCatalogName;

    // Class 28: a wrong password or a missing role. An operator who rotates them can correct that while the service runs.
    private static bool IsAccessDenied(string sqlState) =>
        sqlState.StartsWith("28", StringComparison.Ordinal) || sqlState is PostgresErrorCodes.InsufficientPrivilege;

    // Class 58 is a system error, XX an internal error, such as a function that is dropped while a statement starts to call it.
    private static bool IsServerError(string sqlState) =>
        sqlState.StartsWith("58", StringComparison.Ordinal) || sqlState.StartsWith("XX", StringComparison.Ordinal);

    // EF Core wraps the driver's exceptions.
    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
