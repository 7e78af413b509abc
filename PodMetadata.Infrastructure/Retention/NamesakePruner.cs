using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Schema;
using PodMetadata.Infrastructure.Store;

namespace PodMetadata.Infrastructure.Retention;

/// <summary>Deletes pods whose row a namesake has taken and that were last known to live longer ago than ended leases are kept: nobody reported
/// their death.</summary>
internal sealed class NamesakePruner(
    ConnectionPool pool, PodStoreStatus status, IOptions<RetentionOptions> options, IOptions<ResolutionOptions> resolution, TimeProvider time,
    ILogger<NamesakePruner> logger)
    : Pruner("namesakes", LeasePruner.Age(options.Value, resolution.Value), pool, status, time, logger, TimeSpan.FromHours(1))
{
    protected override Task<int> DeleteDueAsync(PodMetadataDbContext context) => context.Database.ExecuteSqlAsync($"""
        DELETE FROM pod_namesakes WHERE (pod_name, pod_namespace) IN (
            SELECT pod_name, pod_namespace FROM pod_namesakes
            WHERE posted_at < now() - {DueAge} AND coalesce((SELECT max(seen_at) FROM cluster_watch) < now() - {DueAge}, true)
            LIMIT {BatchSize} FOR UPDATE SKIP LOCKED)
        """);
}
