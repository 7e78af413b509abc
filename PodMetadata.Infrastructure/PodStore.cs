using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>Pods in PostgreSQL. What comes of one kind at the same time, lookups or posts, goes out together.</summary>
internal sealed class PodStore : IPodStore
{
    // Few, so that each statement serves many: on two processors one turn served 1.2 times the requests that two served.
    private static readonly int FewTurns = Math.Clamp(Environment.ProcessorCount / 2, 1, 4);

    private const int MostBytes = 512 * 1024;

    private static readonly TimeSpan CountLimit = TimeSpan.FromSeconds(10);

    private static readonly IpAnswer Nobody = new(IpMatch.Unknown);
    private static readonly IpAnswer Forgotten = new(IpMatch.Forgotten);

    private readonly PodStatements statements;
    private readonly DatabaseOptions options;
    private readonly ResolutionOptions resolution;
    private readonly RetentionOptions retention;
    private readonly TimeProvider time;
    private readonly Combiner<string, Pod?> byName;
    private readonly Combiner<string, IpAnswer> byIp;
    private readonly Combiner<PostedPod, bool> touches;
    private readonly Combiner<PostedPod, UpsertedPod> upserts;

    public PodStore(
        PodStatements statements, IOptions<DatabaseOptions> options, IOptions<ResolutionOptions> resolution, IOptions<RetentionOptions> retention,
        TimeProvider time)
    {
        this.statements = statements;
        this.options = options.Value;
        this.resolution = resolution.Value;
        this.retention = retention.Value;
        this.time = time;
        int turns = this.options.Together == 1 ? int.MaxValue : FewTurns; // each by itself: as many as there are connections
        byName = new(turns, this.options.Together, _ => 1, FindByNamesAsync);
        byIp = new(turns, this.options.Together, _ => 1, FindNowAsync);
        PodUpserts writes = new(statements.Writes, this.options.WriteTimeout);
        int least = MostBytes / this.options.Together;
        touches = new(turns, MostBytes, post => Math.Max(least, post.BytesWithoutManifest), writes.TouchAsync, post => post.Pod.Name);
        upserts = new(turns, MostBytes, post => Math.Max(least, post.Bytes), writes.StoreAsync, post => post.Pod.Name);
    }

    // The manifest is sent only when the pod is not stored just so already.
    public async Task<UpsertedPod> UpsertAsync(Pod pod, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        PostedPod post = new(pod);
        return await touches.RunAsync(post, options.WriteTimeout, cancellationToken)
            ? new UpsertedPod(pod, UpsertOutcome.Unchanged)
            : await upserts.RunAsync(post, Left(start, options.WriteTimeout), cancellationToken);
    }

    public async Task<int> MarkDeadAsync(string name, string? ip, CancellationToken cancellationToken) =>
        (await statements.Writes.ReadAllAsync(
            options.WriteTimeout, PodSql.MarkDead, [Parameter("pod_name", NpgsqlDbType.Text, name), Parameter("pod_ip", NpgsqlDbType.Text, ip)],
            row => row.GetInt32(0), cancellationToken)).Single();

    public Task<Pod?> FindByNameAsync(string name, CancellationToken cancellationToken) => byName.RunAsync(name, options.LookupTimeout, cancellationToken);

    public Task<IpAnswer> FindByIpAsync(string ip, CancellationToken cancellationToken) => byIp.RunAsync(ip, options.LookupTimeout, cancellationToken);

    public async Task<IpAnswer[]> FindByIpsAsync(IReadOnlyList<IpQuestion> questions, bool withManifest, CancellationToken cancellationToken)
    {
        DateTime kept = retention.Leases == TimeSpan.Zero ? DateTime.MinValue : time.GetUtcNow().UtcDateTime - retention.Leases;
        IpAnswer[] answers = [.. questions.Select(question => question.At < kept ? Forgotten : Nobody)];
        int[] asked = [.. Enumerable.Range(0, answers.Length).Where(i => answers[i] != Forgotten)];
        if (asked.Length == 0)
        {
            return answers;
        }

        NpgsqlParameter[] parameters =
        [
            Parameter("pod_ip", NpgsqlDbType.Array | NpgsqlDbType.Text, Array.ConvertAll(asked, i => questions[i].Ip)),
            Parameter("valid_at", NpgsqlDbType.Array | NpgsqlDbType.Timestamp, Array.ConvertAll(asked, i => questions[i].At)),
            Parameter("with_manifest", NpgsqlDbType.Boolean, withManifest),
            StaleAfter(),
            Parameter("clock_skew", NpgsqlDbType.Interval, resolution.ClockSkew),
        ];
        foreach ((long number, IpAnswer answer) in await statements.Lookups.ReadAllAsync(
            options.LookupTimeout, PodSql.Resolve, parameters, row => (row.GetInt64(12), AnswerTo(questions[asked[row.GetInt64(12) - 1]], row)), cancellationToken))
        {
            answers[asked[number - 1]] = answer;
        }

        return answers;
    }

    public Task<List<PodLease>> ListLeasesAsync(string ip, int limit, LeasePosition? after, CancellationToken cancellationToken) =>
        statements.Lookups.ReadAllAsync(
            options.LookupTimeout,
            PodSql.SelectLeases,
            [
                Parameter("pod_ip", NpgsqlDbType.Text, ip),
                Parameter("valid_from", NpgsqlDbType.Timestamp, after?.ValidFrom ?? DateTime.MaxValue),
                Parameter("id", NpgsqlDbType.Bigint, after?.Id ?? long.MaxValue),
                Parameter("limit", NpgsqlDbType.Integer, limit),
            ],
            PodReader.ReadLease,
            cancellationToken);

    public IAsyncEnumerable<ListedPod> StreamAsync(PodQuery query)
    {
        PodListing listing = new(query);
        return statements.Listings.StreamAsync(options.ListingTimeout, listing.Text, listing.Parameters, PodReader.ReadListed);
    }

    public async Task<PodCount> CountAsync(CancellationToken cancellationToken) =>
        (await statements.Upkeep.ReadAllAsync(CountLimit, PodSql.Count, [], row => new PodCount(row.GetInt64(0), row.GetInt64(1)), cancellationToken)).Single();

    private async Task<Pod?[]> FindByNamesAsync(string[] names)
    {
        List<Pod> found = await statements.Lookups.ReadAllAsync(
            options.LookupTimeout, PodSql.SelectByNames, [Wanted("pod_name", names)], PodReader.Read, CancellationToken.None);
        Dictionary<string, Pod> pods = found.ToDictionary(pod => pod.Name);
        return Array.ConvertAll(names, pods.GetValueOrDefault);
    }

    private async Task<IpAnswer[]> FindNowAsync(string[] ips)
    {
        List<IpAnswer> found = await statements.Lookups.ReadAllAsync(
            options.LookupTimeout, PodSql.SelectByIps, [Wanted("pod_ip", ips), StaleAfter()], AnswerNow, CancellationToken.None);
        Dictionary<string, IpAnswer> answers = found.ToDictionary(answer => answer.Pod!.Ip);
        return Array.ConvertAll(ips, ip => answers.GetValueOrDefault(ip, Nobody));
    }

    private static IpAnswer AnswerTo(IpQuestion question, NpgsqlDataReader row) => question.At is null ? AnswerNow(row) : AnswerThen(row);

    private static IpAnswer AnswerNow(NpgsqlDataReader row) => IpAnswer.Now(PodReader.Read(row), row.GetInt32(9), row.GetInt32(10), row.GetBoolean(11));

    private static IpAnswer AnswerThen(NpgsqlDataReader row) => row.IsDBNull(0) ? Forgotten : IpAnswer.Then(PodReader.Read(row), row.GetInt32(9), row.GetInt32(10));

    private TimeSpan Left(long start, TimeSpan limit) =>
        limit - time.GetElapsedTime(start) is { Ticks: > 0 } left ? left : throw new TimeoutException("Nothing is left of the time for a write.");

    private NpgsqlParameter StaleAfter() => Parameter("stale_after", NpgsqlDbType.Interval, resolution.StaleAfter);

    private static NpgsqlParameter Wanted(string column, string[] keys) => Parameter(column, NpgsqlDbType.Array | NpgsqlDbType.Text, keys.Distinct().ToArray());

    private static NpgsqlParameter Parameter(string name, NpgsqlDbType type, object? value) => new(name, type) { Value = value ?? DBNull.Value };
}
