using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PodMetadata.Infrastructure;

/// <summary>Looks every second whether the database can serve, tells <see cref="DatabaseState"/>, and lets the schema be brought up to date.</summary>
internal sealed partial class DatabaseMonitor(
    DatabaseSchema schema, DatabaseState state, IOptions<DatabaseOptions> options, TimeProvider time, ILogger<DatabaseMonitor> logger)
    : PeriodicService(TimeSpan.FromSeconds(1), time)
{
    protected override async Task WorkAsync(CancellationToken stoppingToken) => Report(await LookAsync(stoppingToken));

    private async Task<string?> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            SchemaFault? fault = await schema.FindFaultAsync(cancellationToken);
            if (fault is not { IsMendedByMigrations: true } || !options.Value.MigrateOnStart)
            {
                return fault?.Reason;
            }

            return await schema.MigrateAsync(cancellationToken)
                ? (await schema.FindFaultAsync(cancellationToken))?.Reason
                : "Another instance is applying migrations.";
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return $"The database is out of reach: {DatabaseFaults.Reason(exception)}.";
        }
    }

    private void Report(string? reason)
    {
        if (reason == state.Reason)
        {
            return;
        }

        state.Reason = reason;
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
