using System.Reflection;
using Microsoft.Extensions.Options;

namespace PodMetadata.Api.Hosting;

/// <summary>Explains why the service cannot start.</summary>
internal static class StartFailure
{
    /// <summary>A sentence when the cause is outside the service, such as its configuration or a port in use; null for a defect, which
    /// needs its stack trace.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        // The setter of an option rejected the configured value.
        TargetInvocationException { InnerException: { TargetSite: { } setter } refusal } => $"PodMetadata cannot start. {setter.Name["set_".Length..]}: {refusal.Message}",
        ArgumentOutOfRangeException { ParamName: "port" } => $"PodMetadata cannot start. A port must be a number up to {ushort.MaxValue}.",
        IOException or InvalidOperationException or FormatException or OptionsValidationException => $"PodMetadata cannot start. {exception.Message}",
        _ => null,
    };
}
