using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace PodMetadata.Api.Health;

/// <summary>The probes. They do not query the database: <see cref="ReadinessCheck"/> reads what the monitor last found.</summary>
internal static class HealthServices
{
    /// <summary>Adds the readiness check.</summary>
    public static IServiceCollection AddPodHealth(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck<ReadinessCheck>("ready");
        return services;
    }

    /// <summary>Maps <c>/livez</c> (200 while the process answers), and <c>/readyz</c> with its older name <c>/health</c>: 200 and
    /// <c>Healthy</c>, or 503 and the reason, as text.</summary>
    public static void MapPodHealth(this WebApplication app)
    {
        app.MapHealthChecks("/livez", new HealthCheckOptions { Predicate = _ => false });
        HealthCheckOptions readiness = new() { ResponseWriter = WriteAsync };
        app.MapHealthChecks("/readyz", readiness);
        app.MapHealthChecks("/health", readiness);
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain";
        HealthReportEntry ready = report.Entries.Values.Single();
        return context.Response.WriteAsync(ready.Description ?? $"{ready.Status}");
    }
}
