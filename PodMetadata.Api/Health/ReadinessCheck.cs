using Microsoft.Extensions.Diagnostics.HealthChecks;
using PodMetadata.Infrastructure;

namespace PodMetadata.Api.Health;

/// <summary>Whether requests should be sent here: not while the service stops, nor while its database cannot serve.</summary>
internal sealed class ReadinessCheck(DatabaseState database, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        string? reason = lifetime.ApplicationStopping.IsCancellationRequested ? "The service is stopping." : database.Reason;
        return Task.FromResult(reason is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(reason));
    }
}
