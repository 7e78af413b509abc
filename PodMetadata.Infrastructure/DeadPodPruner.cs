using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PodMetadata.Infrastructure;

/// <summary>Deletes pods that have been dead for long enough.</summary>
internal sealed class DeadPodPruner(
    StatementRunner statements, DatabaseState database, IOptions<RetentionOptions> options, TimeProvider time, ILogger<DeadPodPruner> logger)
    : Pruner("dead pods", Delete, options.Value.DeadPods, statements, database, time, logger)
{
    // The array is made once, of rows that nobody else holds. The condition stands outside too: a row that was revived between the
    // statement's snapshot and its lock is looked at again, and stays.
    internal const string Delete = """
        DELETE FROM pod_details
        WHERE is_dead AND died_at < now() - @age AND pod_name = ANY (ARRAY(
            SELECT pod_name FROM pod_details
            WHERE is_dead AND died_at < now() - @age
            ORDER BY died_at
            LIMIT @batch_size
            FOR UPDATE SKIP LOCKED))
        """;
}
