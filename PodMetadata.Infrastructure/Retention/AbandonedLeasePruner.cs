using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Schema;
using PodMetadata.Infrastructure.Store;

namespace PodMetadata.Infrastructure.Retention;

/// <summary>Deletes open leases whose end nobody reported: the pod is not stored alive (its row is gone, dead or a namesake's), and was last
/// heard of longer ago than ended leases are kept.</summary>
internal sealed class AbandonedLeasePruner(
    ConnectionPool pool, PodStoreStatus status, IOptions<RetentionOptions> options, IOptions<ResolutionOptions> resolution, TimeProvider time,
    ILogger<AbandonedLeasePruner> logger)
    : Pruner("abandoned leases", LeasePruner.Age(options.Value, resolution.Value), pool, status, time, logger, TimeSpan.FromHours(1))
{
    protected override async Task<int> DeleteDueAsync(PodMetadataDbContext context)
    {
        long[] ids = await context.Leases
            .FromSql($"""
                SELECT * FROM pod_ip_leases AS lease
                WHERE valid_to IS NULL AND greatest(valid_from, last_confirmed_at) < now() AT TIME ZONE 'UTC' - {DueAge}
                    AND NOT EXISTS (
                        SELECT FROM pod_details AS stored
                        WHERE stored.pod_name = lease.pod_name AND stored.pod_namespace IS NOT DISTINCT FROM lease.pod_namespace AND NOT ip_released)
                    AND NOT EXISTS (
                        SELECT FROM pod_namesakes AS namesake
                        WHERE namesake.pod_name = lease.pod_name AND namesake.pod_namespace = lease.pod_namespace)
                ORDER BY id LIMIT {BatchSize} FOR UPDATE SKIP LOCKED
                """)
            .Select(lease => EF.Property<long>(lease, PodLeaseConfiguration.Id))
            .ToArrayAsync();
        return await context.Leases.Where(lease => ids.Contains(EF.Property<long>(lease, PodLeaseConfiguration.Id))).ExecuteDeleteAsync();
    }
}
