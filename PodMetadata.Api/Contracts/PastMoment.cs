using Microsoft.Extensions.Options;
using PodMetadata.Domain;
using PodMetadata.Infrastructure;

namespace PodMetadata.Api.Contracts;

/// <summary>The rule of moments that are asked about: nobody knows the future, beyond what clocks may differ.</summary>
public sealed class PastMoment(TimeProvider time, IOptions<ResolutionOptions> options)
{
    /// <summary>The last moment of which somebody may know.</summary>
    public DateTime Last => time.GetUtcNow().UtcDateTime + options.Value.ClockSkew;

    /// <summary>What is wrong with a moment, or null when nothing is.</summary>
    public string? Problem(string? text) =>
        text is null ? null
        : !PodTime.TryParse(text, out DateTime at) ? PodRules.NoTime
        : at > Last ? "must not be in the future."
        : null;
}
