using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Schema;

namespace PodMetadata.Infrastructure.Retention;

/// <summary>Deletes pods that have been dead for <see cref="RetentionOptions.DeadPods"/>, by the database's clock.</summary>
internal sealed class DeadPodPruner(
    ConnectionPool pool, PodStoreStatus status, IOptions<RetentionOptions> options, TimeProvider time, ILogger<DeadPodPruner> logger)
    : Pruner("dead pods", options.Value.DeadPods, pool, status, time, logger)
{
    /// <summary>The names of the pods that are due, the longest dead first. The query locks their rows, and skips rows that are locked.</summary>
    internal static IQueryable<string> Due(PodMetadataDbContext context, TimeSpan age) => context.Pods
        .FromSql($"""
            SELECT * FROM pod_details WHERE is_dead AND died_at < now() - {age}
            ORDER BY died_at LIMIT {BatchSize} FOR UPDATE SKIP LOCKED
            """)
        .Select(pod => pod.Name);

    protected override async Task<int> DeleteDueAsync(PodMetadataDbContext context)
    {
        string[] names = await Due(context, DueAge).ToArrayAsync();
        return await context.Pods.Where(pod => names.Contains(pod.Name)).ExecuteDeleteAsync();
    }
}
