using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PodMetadata.Infrastructure;

/// <summary>Looks every second whether the database can serve, tells <see cref="DatabaseState"/>, and lets the schema be brought up to date.</summary>
internal sealed partial class DatabaseMonitor(
    DatabaseSchema schema, DatabaseState state, IOptions<DatabaseOptions> options, TimeProvider time, ILogger<DatabaseMonitor> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using PeriodicTimer timer = new(Interval, time);
            do
            {
                Report(await LookAsync(stoppingToken));
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Else a host that fails to start takes this for a failure, and prints its stack trace.
        }
    }

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
