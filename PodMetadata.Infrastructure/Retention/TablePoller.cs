using System.Diagnostics.Metrics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Maintenance;
using PodMetadata.Infrastructure.Schema;
using PodMetadata.Infrastructure.Store;

namespace PodMetadata.Infrastructure.Retention;

/// <summary>Asks the database every minute what retention and vacuum have left, and reports it as gauges.</summary>
internal sealed partial class TablePoller : PeriodicService
{
    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(10);

    private readonly ConnectionPool pool;
    private readonly TimeSpan deadPodAge;
    private readonly TimeSpan leaseAge;
    private readonly ILogger<TablePoller> logger;

    private volatile TableState[] tables = [];

    /// <summary>Creates the gauges, which report nothing while the state is unknown.</summary>
    public TablePoller(
        ConnectionPool pool, IOptions<RetentionOptions> retention, IOptions<ResolutionOptions> resolution, IMeterFactory meters, TimeProvider time,
        ILogger<TablePoller> logger)
        : base(TimeSpan.FromMinutes(1), time)
    {
        this.pool = pool;
        this.logger = logger;
        deadPodAge = retention.Value.DeadPods;
        leaseAge = LeasePruner.Age(retention.Value, resolution.Value);

        Meter meter = meters.Create(PodMetrics.MeterName);
        meter.CreateObservableGauge("pod_metadata.live_tuples", () => Each<long>(table => table.LiveTuples), "{row}", "Rows of a table, as PostgreSQL's statistics estimate them.");
        meter.CreateObservableGauge("pod_metadata.dead_tuples", () => Each<long>(table => table.DeadTuples), "{row}", "Dead rows of a table that vacuum has not yet removed.");
        meter.CreateObservableGauge("pod_metadata.table_size", () => Each<long>(table => table.Size), "By", "The size of a table with its indexes.");
        meter.CreateObservableGauge("pod_metadata.retention_lag", () => Each<double>(table => table.RetentionLag), "s", "For how long the oldest row of a table has been due for deletion.");
    }

    /// <summary>The state of each table. The oldest rows are found by the pruners' indexes.</summary>
    internal static IQueryable<TableState> States(PodMetadataDbContext context, TimeSpan deadPodAge, TimeSpan leaseAge) => context.Database.SqlQuery<TableState>($"""
        SELECT relname::text AS "Name", n_live_tup AS "LiveTuples", n_dead_tup AS "DeadTuples", pg_total_relation_size(relid) AS "Size",
            CASE relname
                WHEN 'pod_details' THEN greatest(0, extract(epoch FROM now() - nullif({deadPodAge}, interval '0')
                    - (SELECT min(died_at) FROM pod_details WHERE is_dead))::float8)
                WHEN 'pod_ip_leases' THEN greatest(0, extract(epoch FROM now() AT TIME ZONE 'UTC' - nullif({leaseAge}, interval '0')
                    - (SELECT min(valid_to) FROM pod_ip_leases))::float8)
            END AS "RetentionLag"
        FROM pg_stat_user_tables WHERE relid IN ('pod_details'::regclass, 'pod_namesakes'::regclass, 'pod_ip_leases'::regclass)
        """);

    protected override async Task WorkAsync(CancellationToken stoppingToken) => tables = await ReadAsync(stoppingToken);

    private async Task<TableState[]> ReadAsync(CancellationToken stoppingToken)
    {
        try
        {
            return await pool.RunAsync(pool.DeadlineIn(QueryTimeout), context => States(context, deadPodAge, leaseAge).ToArrayAsync(), stoppingToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            LogNotRead(DatabaseErrors.Reason(exception));
            return [];
        }
    }

    private IEnumerable<Measurement<T>> Each<T>(Func<TableState, T?> value)
        where T : struct =>
        from table in tables
        let measured = value(table)
        where measured is not null
        select new Measurement<T>(measured.Value, new KeyValuePair<string, object?>("table", table.Name));

    [LoggerMessage(LogLevel.Debug, "The state of the tables cannot be read, so the gauges report nothing: {Reason}")]
    private partial void LogNotRead(string reason);
}
