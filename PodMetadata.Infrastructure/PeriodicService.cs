using Microsoft.Extensions.Hosting;

namespace PodMetadata.Infrastructure;

/// <summary>Work that is done at once and then at every interval, until the host ends.</summary>
public abstract class PeriodicService(TimeSpan interval, TimeProvider time) : BackgroundService
{
    /// <summary>Does the work once. What goes wrong with it must not be thrown: that would end the host.</summary>
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
            // Else a host that fails to start takes this for a failure, and prints its stack trace.
        }
    }
}
