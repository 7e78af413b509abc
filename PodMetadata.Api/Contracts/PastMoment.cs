using Microsoft.Extensions.Options;
using PodMetadata.Domain;
using PodMetadata.Infrastructure;

namespace PodMetadata.Api.Contracts;

/// <summary>The rule of moments that are asked about.</summary>
internal sealed class PastMoment(TimeProvider time, IOptions<ResolutionOptions> options)
{
    /// <summary>What is wrong with a moment, or null when nothing is: nobody knows the future, beyond what clocks may differ.</summary>
    public string? Problem(string? text) =>
        text is null ? null
        : !PodTime.TryParse(text, out DateTime at) ? PodRules.NoTime
        : at > time.GetUtcNow().UtcDateTime + options.Value.ClockSkew ? "must not be in the future."
        : null;
}
