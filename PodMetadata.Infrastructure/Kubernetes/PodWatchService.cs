using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Watches the cluster while this instance is the one that holds the lock; else tries to get it.</summary>
internal sealed partial class PodWatchService(
    ConnectionPools pools, PodStoreStatus status, PodFeed feed, WatchMetrics metrics, TimeProvider time, ILogger<PodWatchService> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WhileNotReady = TimeSpan.FromSeconds(0.2);

    private string? lastState;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using NpgsqlDataSource source = pools.CreateSessionSource("watch");
        try
        {
            while (true)
            {
                bool canServe = status.UnavailableReason is null;
                if (canServe)
                {
                    await LeadAsync(source, stoppingToken);
                }

                await Task.Delay(canServe ? Interval : WhileNotReady, time, stoppingToken);
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // The service ends, and the session with it. What else ends then, such as a read of the watch, may say so in its own way.
        }
    }

    private async Task LeadAsync(NpgsqlDataSource source, CancellationToken stoppingToken)
    {
        try
        {
            await using WatchSession? session = await WatchSession.TryOpenAsync(source, time, stoppingToken);
            if (session is null)
            {
                Say("follows", LogFollows);
                return;
            }

            metrics.IsLeader = true;
            Say("leads", LogLeads);
            using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, session.Lost);
            await feed.RunAsync(session, ending.Token);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            if (exception is OperationCanceledException || DatabaseErrors.IsUnavailable(exception))
            {
                string reason = exception is OperationCanceledException ? "its session is lost" : DatabaseErrors.Reason(exception).TrimEnd('.');
                Say(reason, () => LogLost(reason));
            }
            else
            {
                LogFailed(exception);
            }
        }
        finally
        {
            metrics.IsLeader = false;
        }
    }

    // Once for each change.
    private void Say(string state, Action log)
    {
        if (state != lastState)
        {
            lastState = state;
            log();
        }
    }

    [LoggerMessage(LogLevel.Information, "This instance watches the cluster")]
    private partial void LogLeads();

    [LoggerMessage(LogLevel.Information, "Another instance watches the cluster. This one takes over when it ends")]
    private partial void LogFollows();

    [LoggerMessage(LogLevel.Warning, "This instance does not watch the cluster: {Reason}. Trying again every 5 seconds")]
    private partial void LogLost(string reason);

    [LoggerMessage(LogLevel.Error, "The watch failed. Trying again in 5 seconds")]
    private partial void LogFailed(Exception exception);
}
