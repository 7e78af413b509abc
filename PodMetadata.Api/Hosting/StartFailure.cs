using System.Reflection;
using Microsoft.Extensions.Options;

namespace PodMetadata.Api.Hosting;

/// <summary>Why the service could not start, for the person who started it.</summary>
internal static class StartFailure
{
    /// <summary>One sentence when the cause is outside the service (its configuration, or a port that is taken); null when it is a defect,
    /// whose stack trace is wanted.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        // The setter of an option refused the configured value.
        TargetInvocationException { InnerException: { TargetSite: { } setter } refusal } => $"PodMetadata cannot start. {setter.Name["set_".Length..]}: {refusal.Message}",
        ArgumentOutOfRangeException { ParamName: "port" } => $"PodMetadata cannot start. A port must be a number up to {ushort.MaxValue}.",
        IOException or InvalidOperationException or FormatException or OptionsValidationException => $"PodMetadata cannot start. {exception.Message}",
        _ => null,
    };
}
