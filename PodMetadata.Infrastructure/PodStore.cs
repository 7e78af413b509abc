using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>Pods in PostgreSQL. Lookups, and upserts, that come at the same time go out together.</summary>
internal sealed class PodStore : IPodStore
{
    // Few: the statements of one turn go out while the requests for the next come in.
    private const int LookupTurns = 2;
    private const int UpsertTurns = 3;

    private const int MostBytes = 512 * 1024;

    private static readonly TimeSpan CountLimit = TimeSpan.FromSeconds(10);

    private readonly PodStatements statements;
    private readonly DatabaseOptions options;
    private readonly Combiner<string, Pod?> byName;
    private readonly Combiner<string, Pod?> byIp;
    private readonly Combiner<Pod, UpsertedPod> upserts;

    public PodStore(PodStatements statements, IOptions<DatabaseOptions> options)
    {
        this.statements = statements;
        this.options = options.Value;
        byName = new(Turns(LookupTurns), this.options.Together, _ => 1, names => FindAsync(PodSql.SelectByNames, "pod_name", names, pod => pod.Name));
        byIp = new(Turns(LookupTurns), this.options.Together, _ => 1, ips => FindAsync(PodSql.SelectByIps, "pod_ip", ips, pod => pod.Ip));
        int least = MostBytes / this.options.Together;
        upserts = new(
            Turns(UpsertTurns), MostBytes, pod => Math.Max(least, (pod.Manifest?.Utf8.Length ?? 0) + (pod.SelectorLabels?.Utf8.Length ?? 0)),
            new PodUpserts(statements.Writes, this.options.WriteTimeout).StoreAsync, pod => pod.Name);
    }

    public Task<UpsertedPod> UpsertAsync(Pod pod, CancellationToken cancellationToken) =>
        upserts.RunAsync(pod, options.WriteTimeout, cancellationToken);

    public Task<int> MarkDeadAsync(string name, string? ip, CancellationToken cancellationToken) =>
        statements.Writes.RunAsync(
            options.WriteTimeout,
            context => context.Pods
                .Where(pod => pod.Name == name && (ip == null || pod.Ip == ip))
                .ExecuteUpdateAsync(
                    update => update
                        .SetProperty(pod => pod.IsDead, true)
                        .SetProperty(pod => EF.Property<DateTime?>(pod, PodConfiguration.DiedAt), pod => EF.Property<DateTime?>(pod, PodConfiguration.DiedAt) ?? DateTime.UtcNow), // the server's now()
                    CancellationToken.None),
            cancellationToken);

    public Task<Pod?> FindByNameAsync(string name, CancellationToken cancellationToken) => byName.RunAsync(name, options.LookupTimeout, cancellationToken);

    public Task<Pod?> FindByIpAsync(string ip, CancellationToken cancellationToken) => byIp.RunAsync(ip, options.LookupTimeout, cancellationToken);

    public IAsyncEnumerable<Pod> StreamAllAsync() => statements.Listings.StreamAsync(options.ListingTimeout, PodSql.SelectAll, [], PodReader.Read);

    public IAsyncEnumerable<Pod> StreamLiveByNodeAsync(string nodeName) =>
        statements.Listings.StreamAsync(
            options.ListingTimeout, PodSql.SelectLiveByNode, [new NpgsqlParameter("node_name", NpgsqlDbType.Text) { Value = nodeName }], PodReader.Read);

    public async Task<PodCount> CountAsync(CancellationToken cancellationToken) =>
        (await statements.Upkeep.ReadAllAsync(CountLimit, PodSql.Count, [], row => new PodCount(row.GetInt64(0), row.GetInt64(1)), cancellationToken)).Single();

    // Where each goes by itself, there are as many as there are connections.
    private int Turns(int turns) => options.Together == 1 ? int.MaxValue : turns;

    private async Task<Pod?[]> FindAsync(string query, string column, string[] keys, Func<Pod, string> key)
    {
        NpgsqlParameter wanted = new(column, NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = keys.Distinct().ToArray() };
        List<Pod> found = await statements.Lookups.ReadAllAsync(options.LookupTimeout, query, [wanted], PodReader.Read, CancellationToken.None);
        Dictionary<string, Pod> pods = found.ToDictionary(key);
        return Array.ConvertAll(keys, pods.GetValueOrDefault);
    }
}
