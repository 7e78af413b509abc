using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Schema;

namespace PodMetadata.Infrastructure.Store;

/// <summary>The pods in PostgreSQL. Concurrent lookups, upserts and marks are batched.</summary>
internal sealed class PodStore : IPodStore
{
    private const int MaxBatchBytes = 512 * 1024;

    // Few, so that each statement serves many requests: on two processors, one batch at a time served 1.2 times the requests of two.
    private static readonly int MaxConcurrentBatches = Math.Clamp(Environment.ProcessorCount / 2, 1, 4);

    private static readonly TimeSpan CountTimeout = TimeSpan.FromSeconds(10);

    private readonly ConnectionPools pools;
    private readonly DatabaseOptions options;
    private readonly ResolutionOptions resolution;
    private readonly StoredManifests manifests = new();
    private readonly RequestBatcher<string, Pod?> byName;
    private readonly RequestBatcher<string, IpAnswer> byIp;
    private readonly RequestBatcher<PendingUpsert, bool> touches;
    private readonly RequestBatcher<PendingUpsert, UpsertedPod> upserts;
    private readonly RequestBatcher<(string Name, string? Ip), int> marks;

    public PodStore(ConnectionPools pools, IOptions<DatabaseOptions> options, IOptions<ResolutionOptions> resolution)
    {
        this.pools = pools;
        this.options = options.Value;
        this.resolution = resolution.Value;
        int maxBatchSize = this.options.MaxBatchSize;
        int maxConcurrency = maxBatchSize == 1 ? int.MaxValue : MaxConcurrentBatches; // without batches, the pool is the limit
        int minBytes = MaxBatchBytes / maxBatchSize;
        byName = new(maxConcurrency, maxBatchSize, _ => 1, FindByNamesAsync, DatabaseErrors.MayConcernOneRow);
        byIp = new(maxConcurrency, maxBatchSize, _ => 1, FindHoldersAsync, DatabaseErrors.MayConcernOneRow);
        touches = new(
            maxConcurrency, MaxBatchBytes, upsert => Math.Max(minBytes, upsert.BytesWithoutManifest), TouchAsync, DatabaseErrors.MayConcernOneRow,
            upsert => upsert.Pod.Name);
        upserts = new(
            maxConcurrency, MaxBatchBytes, upsert => Math.Max(minBytes, upsert.Bytes), StoreAsync, DatabaseErrors.MayConcernOneRow,
            upsert => upsert.Pod.Name);
        marks = new(maxConcurrency, maxBatchSize, _ => 1, MarkAsync, DatabaseErrors.MayConcernOneRow, mark => mark.Name);
    }

    public Task<UpsertedPod> UpsertAsync(Pod pod, CancellationToken cancellationToken) =>
        GuardAsync(TouchOrStoreAsync(new PendingUpsert(pod), pools.Writes.DeadlineIn(options.WriteTimeout), cancellationToken));

    public Task<int> MarkDeadAsync(string name, string? ip, CancellationToken cancellationToken) =>
        GuardAsync(marks.RunAsync((name, ip), pools.Writes.DeadlineIn(options.WriteTimeout), cancellationToken));

    public Task<Pod?> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        GuardAsync(byName.RunAsync(name, LookupDeadline(), cancellationToken));

    public Task<IpAnswer> FindByIpAsync(string ip, CancellationToken cancellationToken) =>
        GuardAsync(byIp.RunAsync(ip, LookupDeadline(), cancellationToken));

    public async Task<IpAnswer[]> FindByIpsAsync(IReadOnlyList<IpQuestion> questions, bool withManifest, CancellationToken cancellationToken)
    {
        IpAnswer[] answers = new IpAnswer[questions.Count];
        Array.Fill(answers, new IpAnswer(IpMatch.Unknown));
        Statement<(int, IpAnswer)> resolve = ResolveStatement.For(questions, withManifest, resolution);
        foreach ((int question, IpAnswer answer) in await GuardAsync(pools.Lookups.QueryAsync(LookupDeadline(), resolve, cancellationToken)))
        {
            answers[question] = answer;
        }

        return answers;
    }

    public Task<List<PodLease>> ListLeasesAsync(string ip, int limit, LeasePosition? after, CancellationToken cancellationToken) =>
        GuardAsync(pools.Lookups.QueryAsync(LookupDeadline(), HistoryStatement.For(ip, limit, after), cancellationToken));

    public async Task<PodPage> ListAsync(PodQuery query, CancellationToken cancellationToken)
    {
        Statement<Pod> list = new ListStatement(query).ToStatement();
        RowStream<Pod> rows = await GuardAsync(pools.Listings.StreamAsync(pools.Listings.DeadlineIn(options.ListingTimeout), list, cancellationToken));
        return new PodPage(ReadAsync(rows), rows.HasRow ? ListStatement.ReadNext(rows.Reader) : null, rows);
    }

    public Task<PodCount> CountAsync(CancellationToken cancellationToken) =>
        GuardAsync(pools.Maintenance.RunAsync(pools.Maintenance.DeadlineIn(CountTimeout), CountAsync, cancellationToken));

    // Both counts are read from an index alone, in one snapshot.
    private static async Task<PodCount> CountAsync(PodMetadataDbContext context)
    {
        await using IDbContextTransaction snapshot = await context.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        return new PodCount(await context.Pods.LongCountAsync(pod => !pod.IsDead), await context.Pods.LongCountAsync(pod => pod.IsDead));
    }

    private Deadline LookupDeadline() => pools.Lookups.DeadlineIn(options.LookupTimeout);

    private async Task<Pod?[]> FindByNamesAsync(string[] names, Deadline deadline)
    {
        List<Pod> found = await pools.Lookups.QueryAsync(deadline, FindByNameStatement.For(names), CancellationToken.None);
        Dictionary<string, Pod> pods = found.ToDictionary(pod => pod.Name);
        return Array.ConvertAll(names, pods.GetValueOrDefault);
    }

    private async Task<IpAnswer[]> FindHoldersAsync(string[] ips, Deadline deadline)
    {
        List<IpAnswer> found = await pools.Lookups.QueryAsync(deadline, FindByIpStatement.For(ips, resolution.StaleAfter), CancellationToken.None);
        Dictionary<string, IpAnswer> answers = found.ToDictionary(answer => answer.Pod!.Ip);
        return Array.ConvertAll(ips, ip => answers.GetValueOrDefault(ip, new IpAnswer(IpMatch.Unknown)));
    }

    // The manifest is sent only when the stored pod differs, and nothing is asked first when it is known to.
    private async Task<UpsertedPod> TouchOrStoreAsync(PendingUpsert upsert, Deadline deadline, CancellationToken cancellationToken)
    {
        bool isUnchanged = !manifests.Differs(upsert) && await touches.RunAsync(upsert, deadline, cancellationToken);
        UpsertedPod upserted = isUnchanged
            ? new UpsertedPod(upsert.Pod, UpsertOutcome.Unchanged)
            : await upserts.RunAsync(upsert, deadline, cancellationToken);
        manifests.Remember(upsert);
        return upserted;
    }

    private async Task<bool[]> TouchAsync(PendingUpsert[] batch, Deadline deadline)
    {
        List<string> touched = await pools.Writes.QueryAsync(deadline, TouchStatement.For(ByName(batch)), CancellationToken.None);
        HashSet<string> names = [.. touched];
        return Array.ConvertAll(batch, upsert => names.Contains(upsert.Pod.Name));
    }

    private async Task<UpsertedPod[]> StoreAsync(PendingUpsert[] batch, Deadline deadline)
    {
        List<UpsertedPod> stored = await pools.Writes.QueryAsync(deadline, UpsertStatement.For(ByName(batch), TimeSpan.Zero), CancellationToken.None);
        Dictionary<string, UpsertedPod> byName = stored.ToDictionary(upserted => upserted.Pod.Name);
        return Array.ConvertAll(batch, upsert => byName[upsert.Pod.Name]);
    }

    private async Task<int[]> MarkAsync((string Name, string? Ip)[] batch, Deadline deadline)
    {
        Statement<string> statement = MarkDeadStatement.For([.. batch.OrderBy(mark => mark.Name, StringComparer.Ordinal)]);
        HashSet<string> matched = [.. await pools.Writes.QueryAsync(deadline, statement, CancellationToken.None)];
        return Array.ConvertAll(batch, mark => matched.Contains(mark.Name) ? 1 : 0);
    }

    // All statements lock rows in the same order, so that they cannot deadlock.
    private static PendingUpsert[] ByName(PendingUpsert[] batch) => [.. batch.OrderBy(upsert => upsert.Pod.Name, StringComparer.Ordinal)];

    private static async IAsyncEnumerable<Pod> ReadAsync(RowStream<Pod> rows)
    {
        for (bool hasRow = rows.HasRow; hasRow; hasRow = await GuardAsync(rows.NextAsync()))
        {
            yield return rows.Read();
        }
    }

    /// <summary>The result of an operation, with the driver's exceptions as the domain's.</summary>
    private static async Task<T> GuardAsync<T>(Task<T> operation)
    {
        try
        {
            return await operation;
        }
        catch (Exception exception) when (DatabaseErrors.ToDomain(exception) is { } known)
        {
            throw known;
        }
    }
}
