using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Maintenance;

/// <summary>Brings the database's schema up to date once, for a process that does nothing else. <see cref="DatabaseMonitor"/> does so for as long
/// as the service runs.</summary>
internal sealed class SchemaMigration(DatabaseSchema schema, TimeProvider time)
{
    // An orchestrator restarts the process, so an unreachable database is reported early.
    private static readonly TimeSpan LongestAway = TimeSpan.FromSeconds(10);

    // Longer than a migration may take.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    /// <summary>Applies the pending migrations, and waits for another instance that does.</summary>
    /// <returns>Null, or a sentence that says why the schema is not up to date.</returns>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        for (long start = time.GetTimestamp(); ; await Task.Delay(Pause, time, cancellationToken))
        {
            (string? reason, TimeSpan patience) = await TryAsync(cancellationToken);
            if (reason is null || time.GetElapsedTime(start) >= patience)
            {
                return reason;
            }
        }
    }

    private async Task<(string? Reason, TimeSpan Patience)> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            SchemaProblem? problem = await schema.FindProblemAsync(cancellationToken);
            if (problem is { IsSolvedByMigrations: true })
            {
                if (!await schema.MigrateAsync(cancellationToken))
                {
                    return ("Another instance is applying migrations.", LongestTurn);
                }

                problem = await schema.FindProblemAsync(cancellationToken);
            }

            return (problem?.Reason, TimeSpan.Zero);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            string cause = DatabaseErrors.Reason(exception);
            return DatabaseErrors.IsUnreachable(exception)
                ? ($"The database is out of reach: {cause}.", LongestAway)
                : ($"The migrations cannot be applied: {cause}.", TimeSpan.Zero);
        }
    }
}
