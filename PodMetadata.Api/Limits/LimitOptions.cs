namespace PodMetadata.Api.Limits;

/// <summary>The configuration section <c>Limits</c>: how much is served at once, and for how long.</summary>
public sealed class LimitOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Limits";

    /// <summary>Listings of all pods at once; 4 by default.</summary>
    public int Listings { get; init; } = 4;

    /// <summary>Listings of a node's pods at once; 8 by default.</summary>
    public int NodeListings { get; init; } = 8;

    /// <summary>Other requests at once, writes and lookups; 256 by default.</summary>
    public int Requests { get; init; } = 256;

    /// <summary>How long a request may take, its body included; 30 s by default.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a listing may take; 2 minutes by default.</summary>
    public TimeSpan ListingTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The bytes a second at which a client must read an answer, from its sixth second on; 16 KiB by default.</summary>
    public int ResponseRate { get; init; } = 16 * 1024;

    /// <summary>Whether every limit is above zero, and every time one that a timer takes.</summary>
    public bool IsValid =>
        Listings > 0 && NodeListings > 0 && Requests > 0 && ResponseRate > 0
        && RequestTime > TimeSpan.Zero && ListingTime > TimeSpan.Zero && RequestTime.TotalDays < 1 && ListingTime.TotalDays < 1;
}
