using PodMetadata.Domain;
using PodMetadata.Infrastructure;

namespace PodMetadata.Api.Telemetry;

/// <summary>Counts the pods now and then, so that no scrape has to ask the database.</summary>
internal sealed partial class PodCensus(IPodStore store, PodMetrics metrics, TimeProvider time, ILogger<PodCensus> logger)
    : PeriodicService(TimeSpan.FromSeconds(15), time)
{
    protected override async Task WorkAsync(CancellationToken stoppingToken) => metrics.Population = await CountAsync(stoppingToken);

    // Whatever goes wrong, the next count may succeed, and until then the number is not known: an old one would be a lie.
    private async Task<PodCount?> CountAsync(CancellationToken stoppingToken)
    {
        try
        {
            return await store.CountAsync(stoppingToken);
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
