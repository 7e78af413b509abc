namespace PodMetadata.Infrastructure.Retention;

/// <summary>The configuration section <c>Retention</c>.</summary>
public sealed class RetentionOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Retention";

    /// <summary>The maximum of both settings.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36500);

    /// <summary>How long pods are kept after they die; 30 days by default, zero keeps them forever.</summary>
    public TimeSpan DeadPods { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long leases are kept after they end; 30 days by default, zero keeps them forever.</summary>
    public TimeSpan Leases { get; init; } = TimeSpan.FromDays(30);
}
