using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PodMetadata.Infrastructure;

/// <summary>Deletes leases that ended long enough ago, and open ones whose pod is not stored alive and was not heard of for as long.</summary>
internal sealed class LeasePruner(
    StatementRunner statements, DatabaseState database, IOptions<RetentionOptions> options, IOptions<ResolutionOptions> resolution, TimeProvider time,
    ILogger<LeasePruner> logger)
    : Pruner("leases", Delete, Age(options.Value.Leases, resolution.Value.ClockSkew), statements, database, time, logger)
{
    // As DeadPodPruner's; with the pods that nobody told the end of: their row is gone, or dead, or a namesake's.
    internal const string Delete = """
        DELETE FROM pod_ip_leases
        WHERE coalesce(valid_to, greatest(valid_from, told_at, posted_at AT TIME ZONE 'UTC')) < now() AT TIME ZONE 'UTC' - @age AND id = ANY (ARRAY(
            SELECT id FROM pod_ip_leases
            WHERE valid_to < now() AT TIME ZONE 'UTC' - @age
            ORDER BY valid_to
            LIMIT @batch_size
            FOR UPDATE SKIP LOCKED) || ARRAY(
            SELECT id FROM pod_ip_leases AS lease
            WHERE valid_to IS NULL AND greatest(valid_from, told_at, posted_at AT TIME ZONE 'UTC') < now() AT TIME ZONE 'UTC' - @age AND NOT EXISTS (
                SELECT FROM pod_details AS stored
                WHERE stored.pod_name = lease.pod_name AND stored.pod_namespace IS NOT DISTINCT FROM lease.pod_namespace AND NOT ip_released)
            LIMIT @batch_size
            FOR UPDATE SKIP LOCKED))
        """;

    // Later than they are answered from: the nearest one to a moment that is kept may have ended before it, and clocks differ.
    private static TimeSpan Age(TimeSpan kept, TimeSpan clockSkew) =>
        kept == TimeSpan.Zero ? TimeSpan.Zero : kept + clockSkew + TimeSpan.FromMinutes(1);
}
