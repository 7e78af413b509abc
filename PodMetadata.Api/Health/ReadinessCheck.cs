using Microsoft.Extensions.Diagnostics.HealthChecks;
using PodMetadata.Domain;

namespace PodMetadata.Api.Health;

/// <summary>Not ready while the service stops, or while its database cannot serve requests.</summary>
internal sealed class ReadinessCheck(PodStoreStatus status, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        string? reason = lifetime.ApplicationStopping.IsCancellationRequested ? "The service is stopping." : status.UnavailableReason;
        return Task.FromResult(reason is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(reason));
    }
}
