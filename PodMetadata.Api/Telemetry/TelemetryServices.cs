using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using PodMetadata.Domain;

namespace PodMetadata.Api.Telemetry;

/// <summary>Registers metrics at /metrics, and the OTLP export of metrics and traces where OpenTelemetry's variables ask for it.</summary>
internal static class TelemetryServices
{
    private const string MetricsPath = "/metrics";
    private const string ServiceName = "pod-metadata";
    private const string Metrics = "METRICS";
    private const string Traces = "TRACES";

    // A lookup takes about a millisecond; OpenTelemetry's default buckets begin at five.
    private static readonly double[] RequestSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Adds the metrics, and the traces when they are exported.</summary>
    public static IServiceCollection AddPodTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(ServiceName, serviceVersion: typeof(TelemetryServices).Assembly.GetName().Version!.ToString(3))
                .AddEnvironmentVariableDetector()) // OTEL_SERVICE_NAME takes precedence
            .WithMetrics(metrics =>
            {
                metrics
                    .AddMeter(PodMetrics.MeterName, "Npgsql", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                    .AddView("http.server.request.duration", new ExplicitBucketHistogramConfiguration { Boundaries = RequestSeconds })
                    .AddPrometheusExporter();
                if (OtlpVariables.HasReceiver(configuration, Metrics))
                {
                    metrics.AddOtlpExporter(exporter => OtlpVariables.Apply(configuration, Metrics, exporter));
                }
            });
        if (OtlpVariables.HasReceiver(configuration, Traces))
        {
            telemetry.WithTracing(traces => traces
                .AddAspNetCoreInstrumentation(requests => requests.Filter = http => http.Request.Path != MetricsPath)
                .AddSource("Npgsql") // its spans contain statements without values
                .AddOtlpExporter(exporter => OtlpVariables.Apply(configuration, Traces, exporter)));
        }

        return services.AddSingleton<PodMetrics>();
    }

    /// <summary>Serves the metrics in Prometheus' text format without authentication.</summary>
    public static WebApplication UsePodTelemetry(this WebApplication app)
    {
        app.MapPrometheusScrapingEndpoint(MetricsPath)
            .WithMetadata(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]))
            .AllowAnonymous()
            .ExcludeFromDescription();
        app.Services.GetRequiredService<PodMetrics>(); // created now that the exporter listens, so that its counters start at zero
        return app;
    }
}
