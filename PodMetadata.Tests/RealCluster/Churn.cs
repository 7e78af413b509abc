namespace PodMetadata.Tests.RealCluster;

/// <summary>Lets things happen in some namespaces at once.</summary>
internal sealed class Churn(Shop[] shops)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private volatile bool isStopping;
    private Task[] tasks = [];

    /// <summary>How many pods were created, ended or restarted.</summary>
    public int Changes => shops.Sum(shop => shop.Changes);

    public void Start()
    {
        isStopping = false;
        tasks = [.. shops.Select(RunAsync)];
    }

    /// <summary>Returns when what has begun is done.</summary>
    public Task StopAsync()
    {
        isStopping = true;
        return Task.WhenAll(tasks);
    }

    private async Task RunAsync(Shop shop)
    {
        while (!isStopping)
        {
            await shop.StepAsync();
            await Task.Delay(Pause);
        }
    }
}
