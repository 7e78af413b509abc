using System.Globalization;
using OpenTelemetry.Exporter;

namespace PodMetadata.Api.Telemetry;

/// <summary>OpenTelemetry's variables for one signal (<c>METRICS</c>, <c>TRACES</c>), or for all. The exporter itself reads those
/// for all signals, but it ignores invalid values, and without an endpoint it sends to a default one.</summary>
internal static class OtlpVariables
{
    private const string Prefix = "OTEL_EXPORTER_OTLP_";
    private const string Endpoint = "ENDPOINT";

    /// <summary>Whether an endpoint is configured.</summary>
    public static bool HasReceiver(IConfiguration configuration, string signal) => Find(configuration, signal, Endpoint).Value is not null;

    /// <summary>Applies the settings for this signal alone.</summary>
    /// <exception cref="FormatException">A variable has an invalid value.</exception>
    public static void Apply(IConfiguration configuration, string signal, OtlpExporterOptions exporter)
    {
        if (Find(configuration, signal, Endpoint) is { Value: { } endpoint } receiver)
        {
            Uri url = Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) ? uri
                : throw new FormatException($"{receiver.Key} must be an http or https URL, not '{endpoint}'.");
            if (receiver.Key != Prefix + Endpoint) // to which the exporter adds the signal's path
            {
                exporter.Endpoint = url;
            }
        }

        if (Find(configuration, signal, "PROTOCOL") is { Value: { } name } protocol)
        {
            exporter.Protocol = name switch
            {
                "grpc" => OtlpExportProtocol.Grpc,
                "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
                _ => throw new FormatException($"{protocol.Key} must be grpc or http/protobuf, not '{name}'."),
            };
        }

        if (Find(configuration, signal, "TIMEOUT") is { Value: { } milliseconds } timeout)
        {
            exporter.TimeoutMilliseconds = int.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number
                : throw new FormatException($"{timeout.Key} must be a number of milliseconds, not '{milliseconds}'.");
        }

        if (Find(configuration, signal, "HEADERS").Value is { } headers)
        {
            exporter.Headers = headers;
        }
    }

    private static (string Key, string? Value) Find(IConfiguration configuration, string signal, string name)
    {
        string own = $"{Prefix}{signal}_{name}";
        string key = string.IsNullOrEmpty(configuration[own]) ? Prefix + name : own;
        return (key, configuration[key] is { Length: > 0 } value ? value : null);
    }
}
