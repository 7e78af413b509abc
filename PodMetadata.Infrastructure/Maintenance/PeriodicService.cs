using Microsoft.Extensions.Hosting;

namespace PodMetadata.Infrastructure.Maintenance;

/// <summary>Work that runs at once and then at every interval, until the host stops.</summary>
internal abstract class PeriodicService(TimeSpan interval, TimeProvider time) : BackgroundService
{
    /// <summary>Does the work once. It must not throw: an exception would stop the host.</summary>
    protected abstract Task WorkAsync(CancellationToken stoppingToken);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using PeriodicTimer timer = new(interval, time);
            do
            {
                await WorkAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Otherwise a host that fails to start reports this as a failure, with a stack trace.
        }
    }
}
