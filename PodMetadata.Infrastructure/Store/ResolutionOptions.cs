namespace PodMetadata.Infrastructure.Store;

/// <summary>The configuration section <c>Resolution</c>.</summary>
public sealed class ResolutionOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Resolution";

    /// <summary>The time without a post after which a live pod is stale; 5 minutes by default.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How far the clocks of clients and of this service may differ; 1 minute by default.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(1);
}
