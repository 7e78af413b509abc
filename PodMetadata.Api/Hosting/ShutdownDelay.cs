namespace PodMetadata.Api.Hosting;

/// <summary>Delays the stop of all other services, and so of the server.</summary>
internal sealed partial class ShutdownDelay(TimeSpan delay, TimeProvider time, ILogger<ShutdownDelay> logger) : IHostedLifecycleService
{
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (delay > TimeSpan.Zero)
        {
            LogDelayed(delay.TotalSeconds);
            await Task.Delay(delay, time, cancellationToken);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "The service is no longer ready; it continues to serve requests for {Seconds} s before it stops")]
    private partial void LogDelayed(double seconds);
}
