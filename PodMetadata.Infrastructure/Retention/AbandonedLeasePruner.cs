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
/// <remarks>No index serves the query, so it runs hourly. With an index of open leases, the planner would use that one for the trigger's queries
/// too while the table is new.</remarks>
internal sealed class AbandonedLeasePruner(
    ConnectionPool pool, PodStoreStatus status, IOptions<RetentionOptions> options, IOptions<ResolutionOptions> resolution, TimeProvider time,
    ILogger<AbandonedLeasePruner> logger)
    : Pruner("abandoned leases", LeasePruner.Age(options.Value, resolution.Value), pool, status, time, logger, TimeSpan.FromHours(1))
{
    private readonly TimeSpan age = LeasePruner.Age(options.Value, resolution.Value);
    private readonly TimeProvider clock = time;

    protected override async Task<int> DeleteDueAsync(PodMetadataDbContext context)
    {
        DateTime cutoff = LeasePruner.Cutoff(clock, age);
        DateTime cutoffUtc = DateTime.SpecifyKind(cutoff, DateTimeKind.Utc);
        long[] ids = await context.Leases
            .Where(lease => lease.ValidTo == null && lease.ValidFrom < cutoff)
            .Where(lease => !(EF.Property<DateTime?>(lease, PodLeaseConfiguration.LastConfirmedAt) >= cutoff))
            .Where(lease => !(EF.Property<DateTime?>(lease, PodLeaseConfiguration.DisplacedPostedAt) >= cutoffUtc))
            .Where(lease => !context.Pods.Any(
                pod => pod.Name == lease.Name && pod.Namespace == lease.Namespace && !EF.Property<bool>(pod, PodConfiguration.IpReleased)))
            .OrderBy(lease => lease.Id)
            .Select(lease => lease.Id)
            .Take(BatchSize)
            .TagWith(SkipLockedInterceptor.Tag)
            .ToArrayAsync();
        return await context.Leases.Where(lease => ids.Contains(lease.Id)).ExecuteDeleteAsync();
    }
}
