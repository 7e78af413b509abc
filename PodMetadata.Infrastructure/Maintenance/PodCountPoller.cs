using Microsoft.Extensions.Logging;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Maintenance;

/// <summary>Counts the pods every 15 seconds for the gauge <c>pod_metadata.pods</c>, so that no scrape queries the database.</summary>
internal sealed partial class PodCountPoller(IPodStore store, PodMetrics metrics, TimeProvider time, ILogger<PodCountPoller> logger)
    : PeriodicService(TimeSpan.FromSeconds(15), time)
{
    protected override async Task WorkAsync(CancellationToken stoppingToken) => metrics.Population = await CountAsync(stoppingToken);

    // After any failure the number is unknown until the next count; the old one could be wrong.
    private async Task<PodCount?> CountAsync(CancellationToken stoppingToken)
    {
        try
        {
            return await store.CountAsync(stoppingToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            LogNotCounted(DatabaseErrors.Reason(exception));
            return null;
        }
    }

    [LoggerMessage(LogLevel.Debug, "The pods cannot be counted, so the gauge reports nothing: {Reason}")]
    private partial void LogNotCounted(string reason);
}
