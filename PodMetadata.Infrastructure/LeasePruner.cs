using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PodMetadata.Infrastructure;

/// <summary>Deletes leases that ended long enough ago.</summary>
internal sealed class LeasePruner(
    StatementRunner statements, DatabaseState database, IOptions<RetentionOptions> options, IOptions<ResolutionOptions> resolution, TimeProvider time,
    ILogger<LeasePruner> logger)
    : Pruner("leases", Delete, Age(options.Value, resolution.Value), statements, database, time, logger)
{
    // Built as DeadPodPruner's.
    internal const string Delete = """
        DELETE FROM pod_ip_leases
        WHERE valid_to < now() AT TIME ZONE 'UTC' - @age AND id = ANY (ARRAY(
            SELECT id FROM pod_ip_leases
            WHERE valid_to < now() AT TIME ZONE 'UTC' - @age
            ORDER BY valid_to
            LIMIT @batch_size
            FOR UPDATE SKIP LOCKED))
        """;

    /// <summary>How old leases become. That is later than they are answered from: the nearest one to a moment that is kept may have ended
    /// before it, and clocks differ.</summary>
    internal static TimeSpan Age(RetentionOptions retention, ResolutionOptions resolution) =>
        retention.Leases == TimeSpan.Zero ? TimeSpan.Zero : retention.Leases + resolution.ClockSkew + TimeSpan.FromMinutes(1);
}
