using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Schema;
using PodMetadata.Infrastructure.Store;

namespace PodMetadata.Tests.Bench;

/// <summary>Does the work of the store's statements through EF Core, in this process, to compare both.</summary>
internal sealed class OrmCost
{
    private const int Batch = 16;
    private const int Node = 20;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly ConnectionPools pools;
    private readonly PodStore store;
    private readonly string[] names;
    private Pod[] pods = [];
    private int writes;

    private OrmCost(string connectionString, int count)
    {
        DatabaseOptions options = new() { LookupTimeout = Limit, WriteTimeout = Limit, ListingTimeout = Limit };
        pools = new ConnectionPools(new NpgsqlConnectionStringBuilder(connectionString), options, TimeProvider.System, NullLogger<ReadPool>.Instance);
        store = new PodStore(pools, Options.Create(options), Options.Create(new ResolutionOptions()));
        names = [.. Enumerable.Range(1, Batch).Select(i => $"pod-{i * (count / Batch)}")];
    }

    /// <summary>Each work with its statement's way and EF Core's way of doing it once.</summary>
    public IEnumerable<(string Work, int Times, Func<Task> Statement, Func<Task> Orm)> Works =>
    [
        ("find a pod by name", 1000, () => QueryAsync(FindByNameStatement.For(names[..1])), () => LookUpAsync(context => context.Pods.Where(pod => pod.Name == names[0]))),
        ($"find {Batch} pods by name", 200, () => QueryAsync(FindByNameStatement.For(names)), () => LookUpAsync(context => context.Pods.Where(pod => names.Contains(pod.Name)))),
        ("list a node's pods", 200, () => ListAsync(Query), () => LookUpAsync(context => InOrder(context.Pods.Where(pod => pod.NodeName == Query.NodeName && !pod.IsDead)))),
        ("list all pods", 1, () => ListAsync(new PodQuery()), () => LookUpAsync(context => InOrder(context.Pods))),
        ($"store {Batch} changed pods", 40, () => Task.WhenAll(Changed().Select(pod => store.UpsertAsync(pod, CancellationToken.None))), SaveAsync),
    ];

    private static PodQuery Query { get; } = new() { NodeName = $"node-{Node}", Live = true };

    public static async Task<OrmCost> StartAsync(string connectionString, int count)
    {
        OrmCost cost = new(connectionString, count);
        cost.pods = await cost.RunAsync(context => context.Pods.Where(pod => cost.names.Contains(pod.Name)).ToArrayAsync());
        Assert.That(cost.pods, Has.Length.EqualTo(Batch));
        return cost;
    }

    /// <summary>What repeating a work takes: CPU time of this process in seconds, elapsed time in seconds, and allocated memory in bytes.</summary>
    public static async Task<(double Cpu, double Elapsed, double Allocated)> MeasureAsync(int times, Func<Task> work)
    {
        long allocated = GC.GetTotalAllocatedBytes();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        Stopwatch elapsed = Stopwatch.StartNew();
        for (int i = 0; i < times; i++)
        {
            await work();
        }

        return ((Environment.CpuUsage.TotalTime - cpu).TotalSeconds, elapsed.Elapsed.TotalSeconds, GC.GetTotalAllocatedBytes() - allocated);
    }

    private static IOrderedQueryable<Pod> InOrder(IQueryable<Pod> pods) => pods.OrderBy(pod => pod.Namespace).ThenBy(pod => pod.Name);

    private async Task QueryAsync(Statement<Pod> statement) =>
        Assert.That(await pools.Lookups.QueryAsync(pools.Lookups.DeadlineIn(Limit), statement, CancellationToken.None), Is.Not.Empty);

    private async Task ListAsync(PodQuery query)
    {
        await using PodPage page = await store.ListAsync(query, CancellationToken.None);
        Assert.That(await page.Pods.CountAsync(), Is.Positive);
    }

    private async Task LookUpAsync(Func<PodMetadataDbContext, IQueryable<Pod>> query) =>
        Assert.That(await RunAsync(context => query(context).AsAsyncEnumerable().CountAsync().AsTask()), Is.Positive);

    private Pod[] Changed()
    {
        writes++;
        return Array.ConvertAll(pods, pod => new Pod
        {
            Name = pod.Name,
            Namespace = pod.Namespace,
            Ip = pod.Ip,
            NodeName = pod.NodeName,
            Identity = $"written-{writes}",
            SelectorLabels = pod.SelectorLabels,
            Manifest = pod.Manifest,
            TimeStamp = pod.TimeStamp.AddSeconds(writes),
        });
    }

    private Task<int> SaveAsync() => RunAsync(async context =>
    {
        Pod[] changed = Changed();
        string[] changedNames = Array.ConvertAll(changed, pod => pod.Name);
        Dictionary<string, Pod> stored = await context.Pods.AsTracking().Where(pod => changedNames.Contains(pod.Name)).ToDictionaryAsync(pod => pod.Name);
        foreach (Pod pod in changed)
        {
            context.Entry(stored[pod.Name]).CurrentValues.SetValues(pod);
        }

        return await context.SaveChangesAsync();
    });

    private Task<T> RunAsync<T>(Func<PodMetadataDbContext, Task<T>> work) => pools.Writes.RunAsync(pools.Writes.DeadlineIn(Limit), work, CancellationToken.None);
}
