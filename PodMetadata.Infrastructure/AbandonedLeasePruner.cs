using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PodMetadata.Infrastructure;

/// <summary>Deletes leases that nobody told the end of: their pod is not stored alive (its row is gone, or dead, or a namesake's), and was not
/// heard of for as long as leases are kept that ended.</summary>
internal sealed class AbandonedLeasePruner(
    StatementRunner statements, DatabaseState database, IOptions<RetentionOptions> options, IOptions<ResolutionOptions> resolution, TimeProvider time,
    ILogger<AbandonedLeasePruner> logger)
    : Pruner("abandoned leases", Delete, LeasePruner.Age(options.Value, resolution.Value), statements, database, time, logger, TimeSpan.FromHours(1))
{
    // Built as DeadPodPruner's. No index serves it, so it runs hourly: with an index of open leases the planner would, while the table is new,
    // take that one for the trigger's queries too.
    internal const string Delete = """
        DELETE FROM pod_ip_leases
        WHERE valid_to IS NULL AND greatest(valid_from, told_at, posted_at AT TIME ZONE 'UTC') < now() AT TIME ZONE 'UTC' - @age AND id = ANY (ARRAY(
            SELECT id FROM pod_ip_leases AS lease
            WHERE valid_to IS NULL AND greatest(valid_from, told_at, posted_at AT TIME ZONE 'UTC') < now() AT TIME ZONE 'UTC' - @age
                AND NOT EXISTS (
                    SELECT FROM pod_details AS stored
                    WHERE stored.pod_name = lease.pod_name AND stored.pod_namespace IS NOT DISTINCT FROM lease.pod_namespace AND NOT ip_released)
            LIMIT @batch_size
            FOR UPDATE SKIP LOCKED))
        """;
}
