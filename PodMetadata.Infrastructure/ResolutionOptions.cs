namespace PodMetadata.Infrastructure;

/// <summary>The configuration section <c>Resolution</c>.</summary>
public sealed class ResolutionOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Resolution";

    /// <summary>After how long without a post a live pod counts as stale; 5 minutes by default.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>By how much the clocks of those who tell and of those who ask may differ; 1 minute by default.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(1);
}
