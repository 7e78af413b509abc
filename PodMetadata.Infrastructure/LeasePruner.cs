using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PodMetadata.Infrastructure;

/// <summary>Deletes leases that ended long enough ago.</summary>
internal sealed class LeasePruner(
    StatementRunner statements, DatabaseState database, IOptions<RetentionOptions> options, TimeProvider time, ILogger<LeasePruner> logger)
    : Pruner("leases", Delete, options.Value.Leases, statements, database, time, logger)
{
    // As DeadPodPruner's.
    internal const string Delete = """
        DELETE FROM pod_ip_leases
        WHERE valid_to < now() AT TIME ZONE 'UTC' - @age AND id = ANY (ARRAY(
            SELECT id FROM pod_ip_leases
            WHERE valid_to < now() AT TIME ZONE 'UTC' - @age
            ORDER BY valid_to
            LIMIT @batch_size
            FOR UPDATE SKIP LOCKED))
        """;
}
