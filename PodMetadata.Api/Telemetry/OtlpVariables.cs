using OpenTelemetry.Exporter;

namespace PodMetadata.Api.Telemetry;

/// <summary>OpenTelemetry's variables for one signal alone (<c>METRICS</c>, <c>TRACES</c>). Those for all signals the exporter reads by
/// itself, but without a receiver it would send to a default one.</summary>
internal static class OtlpVariables
{
    private const string Prefix = "OTEL_EXPORTER_OTLP_";

    /// <summary>Whether a receiver is named.</summary>
    public static bool HasReceiver(IConfiguration configuration, string signal) =>
        !string.IsNullOrEmpty(configuration[Prefix + "ENDPOINT"]) || !string.IsNullOrEmpty(configuration[$"{Prefix}{signal}_ENDPOINT"]);

    /// <summary>Sets what is said of this signal alone.</summary>
    /// <exception cref="FormatException">The receiver is no URL.</exception>
    public static void Apply(IConfiguration configuration, string signal, OtlpExporterOptions exporter)
    {
        string endpointKey = $"{Prefix}{signal}_ENDPOINT";
        if (configuration[endpointKey] is { Length: > 0 } endpoint)
        {
            exporter.Endpoint = Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? url) ? url
                : throw new FormatException($"{endpointKey} must be a URL, not '{endpoint}'.");
        }

        if (configuration[$"{Prefix}{signal}_PROTOCOL"] is { Length: > 0 } protocol)
        {
            exporter.Protocol = protocol is "http/protobuf" ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        }

        if (configuration[$"{Prefix}{signal}_HEADERS"] is { Length: > 0 } headers)
        {
            exporter.Headers = headers;
        }
    }
}
