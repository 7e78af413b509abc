namespace PodMetadata.Infrastructure;

/// <summary>The configuration section <c>Retention</c>.</summary>
public sealed class RetentionOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Retention";

    /// <summary>The longest time that can be set.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36500);

    /// <summary>How long dead pods are kept after they were marked dead; zero keeps them for good.</summary>
    public TimeSpan DeadPods { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long leases are kept after they ended; zero keeps them for good.</summary>
    public TimeSpan Leases { get; init; } = TimeSpan.FromDays(30);
}
