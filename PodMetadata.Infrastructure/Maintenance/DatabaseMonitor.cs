using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Maintenance;

/// <summary>Checks every second whether the database can serve, updates <see cref="PodStoreStatus"/>, and applies migrations when they solve the
/// problem.</summary>
internal sealed partial class DatabaseMonitor(
    DatabaseSchema schema, PodStoreStatus status, IOptions<DatabaseOptions> options, TimeProvider time, ILogger<DatabaseMonitor> logger)
    : PeriodicService(TimeSpan.FromSeconds(1), time)
{
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(1.5);

    protected override async Task WorkAsync(CancellationToken stoppingToken) => Report(await CheckAsync(stoppingToken));

    private async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            SchemaProblem? problem = await schema.FindProblemAsync(CheckTimeout, cancellationToken);
            if (problem is not { IsSolvedByMigrations: true } || !options.Value.MigrateOnStart)
            {
                return problem?.Reason;
            }

            return await schema.MigrateAsync(cancellationToken)
                ? (await schema.FindProblemAsync(CheckTimeout, cancellationToken))?.Reason
                : "Another instance is applying migrations.";
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return $"The database is out of reach: {DatabaseErrors.Reason(exception).TrimEnd('.')}.";
        }
    }

    private void Report(string? reason)
    {
        if (reason == status.UnavailableReason)
        {
            return;
        }

        status.UnavailableReason = reason;
        if (reason is null)
        {
            LogReady();
        }
        else
        {
            LogNotReady(reason);
        }
    }

    [LoggerMessage(LogLevel.Information, "The database is ready, and its schema is up to date")]
    private partial void LogReady();

    [LoggerMessage(LogLevel.Warning, "{Reason} Trying again every second")]
    private partial void LogNotReady(string reason);
}
