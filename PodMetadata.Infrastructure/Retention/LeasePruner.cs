using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Schema;
using PodMetadata.Infrastructure.Store;

namespace PodMetadata.Infrastructure.Retention;

/// <summary>Deletes leases that ended long enough ago.</summary>
internal sealed class LeasePruner(
    ConnectionPool pool, PodStoreStatus status, IOptions<RetentionOptions> options, IOptions<ResolutionOptions> resolution, TimeProvider time,
    ILogger<LeasePruner> logger)
    : Pruner("leases", Age(options.Value, resolution.Value), pool, status, time, logger)
{
    private readonly TimeSpan age = Age(options.Value, resolution.Value);
    private readonly TimeProvider clock = time;

    /// <summary>The age from which leases are deleted. It is more than <see cref="RetentionOptions.Leases"/>: the lease nearest to a moment in
    /// the known period may have ended before that period, and clocks differ.</summary>
    internal static TimeSpan Age(RetentionOptions retention, ResolutionOptions resolution) =>
        retention.Leases == TimeSpan.Zero ? TimeSpan.Zero : retention.Leases + resolution.ClockSkew + TimeSpan.FromMinutes(1);

    /// <summary>The moment before which leases are deleted: UTC, as leases count.</summary>
    internal static DateTime Cutoff(TimeProvider time, TimeSpan age) => DateTime.SpecifyKind(time.GetUtcNow().UtcDateTime - age, DateTimeKind.Unspecified);

    protected override async Task<int> DeleteDueAsync(PodMetadataDbContext context)
    {
        DateTime cutoff = Cutoff(clock, age);
        long[] ids = await context.Leases
            .Where(lease => lease.ValidTo < cutoff)
            .OrderBy(lease => lease.ValidTo)
            .Select(lease => lease.Id)
            .Take(BatchSize)
            .TagWith(SkipLockedInterceptor.Tag)
            .ToArrayAsync();
        return await context.Leases.Where(lease => ids.Contains(lease.Id)).ExecuteDeleteAsync();
    }
}
