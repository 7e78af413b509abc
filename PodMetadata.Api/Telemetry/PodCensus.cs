using PodMetadata.Domain;
using PodMetadata.Infrastructure;

namespace PodMetadata.Api.Telemetry;

/// <summary>Counts the pods now and then, so that no scrape has to ask the database.</summary>
internal sealed partial class PodCensus(IServiceScopeFactory scopes, PodMetrics metrics, TimeProvider time, ILogger<PodCensus> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using PeriodicTimer timer = new(Interval, time);
            do
            {
                metrics.Population = await CountAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Else a host that fails to start takes this for a failure, and prints its stack trace.
        }
    }

    // Whatever goes wrong, the next count may succeed, and until then the number is not known: an old one would be a lie.
    private async Task<PodCount?> CountAsync(CancellationToken stoppingToken)
    {
        using CancellationTokenSource patience = new(Patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stoppingToken);
        try
        {
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            return await scope.ServiceProvider.GetRequiredService<IPodStore>().CountAsync(either.Token);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            LogNotCounted(DatabaseFaults.Reason(exception));
            return null;
        }
    }

    [LoggerMessage(LogLevel.Debug, "The pods cannot be counted, so their number is not reported: {Reason}")]
    private partial void LogNotCounted(string reason);
}
