using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Schema;
using PodMetadata.Infrastructure.Store;

namespace PodMetadata.Infrastructure.Retention;

/// <summary>Deletes leases that ended long enough ago, by the database's clock.</summary>
internal sealed class LeasePruner(
    ConnectionPool pool, PodStoreStatus status, IOptions<RetentionOptions> options, IOptions<ResolutionOptions> resolution, TimeProvider time,
    ILogger<LeasePruner> logger)
    : Pruner("leases", Age(options.Value, resolution.Value), pool, status, time, logger)
{
    /// <summary>The age from which leases are deleted. It is more than <see cref="RetentionOptions.Leases"/>: the lease nearest to a moment in
    /// the known period may have ended before that period, and clocks differ.</summary>
    internal static TimeSpan Age(RetentionOptions retention, ResolutionOptions resolution) =>
        retention.Leases == TimeSpan.Zero ? TimeSpan.Zero : retention.Leases + resolution.ClockSkew + TimeSpan.FromMinutes(1);

    protected override async Task<int> DeleteDueAsync(PodMetadataDbContext context)
    {
        long[] ids = await context.Leases
            .FromSql($"""
                SELECT * FROM pod_ip_leases WHERE valid_to < now() AT TIME ZONE 'UTC' - {DueAge}
                ORDER BY valid_to LIMIT {BatchSize} FOR UPDATE SKIP LOCKED
                """)
            .Select(lease => EF.Property<long>(lease, PodLeaseConfiguration.Id))
            .ToArrayAsync();
        return await context.Leases.Where(lease => ids.Contains(EF.Property<long>(lease, PodLeaseConfiguration.Id))).ExecuteDeleteAsync();
    }
}
