using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Maintenance;

/// <summary>Brings the database's schema up to date once, for a process that does nothing else. <see cref="DatabaseMonitor"/> does so for as long
/// as the service runs.</summary>
internal sealed class SchemaMigration(DatabaseSchema schema, TimeProvider time)
{
    // The first attempts may fail because this process is cold, and has perhaps a tenth of a processor.
    private const int FewestAttempts = 5;

    // An orchestrator starts the process again, so give up on an unreachable database soon.
    private static readonly TimeSpan LongestAway = TimeSpan.FromSeconds(10);

    // The driver says sooner that a server does not answer.
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromMinutes(1);

    // Longer than a migration may take.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    /// <summary>Applies the pending migrations, and waits for another instance that does.</summary>
    /// <returns>Null, or a sentence that says why the schema is not up to date.</returns>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        for (int attempts = 1; ; attempts++)
        {
            (string? reason, TimeSpan patience) = await TryAsync(cancellationToken);
            if (reason is null || patience == TimeSpan.Zero || (time.GetElapsedTime(start) >= patience && attempts >= FewestAttempts))
            {
                return reason;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<(string? Reason, TimeSpan Patience)> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            SchemaProblem? problem = await schema.FindProblemAsync(CheckTimeout, cancellationToken);
            if (problem is { IsSolvedByMigrations: true })
            {
                if (!await schema.MigrateAsync(cancellationToken))
                {
                    return ("Another instance is applying migrations.", LongestTurn);
                }

                problem = await schema.FindProblemAsync(CheckTimeout, cancellationToken);
            }

            return (problem?.Reason, TimeSpan.Zero);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            string cause = DatabaseErrors.Reason(exception).TrimEnd('.');
            return DatabaseErrors.IsUnreachable(exception)
                ? ($"The database is out of reach: {cause}.", LongestAway)
                : ($"The migrations cannot be applied: {cause}.", TimeSpan.Zero);
        }
    }
}
