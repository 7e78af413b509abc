namespace PodMetadata.Api.Limits;

/// <summary>The configuration section <c>Limits</c>: how much is served at once, and for how long.</summary>
public sealed class LimitOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Limits";

    /// <summary>Listings of all pods at once; 8 by default, half of the connections for listings.</summary>
    public int Listings { get; init; } = 8;

    /// <summary>Listings of a node's pods at once, those that wait for a connection included; 256 by default.</summary>
    public int NodeListings { get; init; } = 256;

    /// <summary>Lookups and histories of one IP at once, those that wait for a connection included; 1024 by default.</summary>
    public int Lookups { get; init; } = 1024;

    /// <summary>Lookups of many IPs at once, those that are still coming in included; 8 by default, half of the connections for
    /// lookups.</summary>
    public int Resolves { get; init; } = 8;

    /// <summary>Writes at once, those that are still coming in or wait for a connection included; 1024 by default.</summary>
    public int Writes { get; init; } = 1024;

    /// <summary>How long a request may take, its body included; 10 s by default.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a listing may take; 2 minutes by default.</summary>
    public TimeSpan ListingTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The bytes a second at which a client must send a body and read an answer, from its sixth second on; 16 KiB by default.</summary>
    public int Rate { get; init; } = 16 * 1024;

    /// <summary>Whether every limit is above zero, and every time one that a timer takes.</summary>
    public bool IsValid =>
        Listings > 0 && NodeListings > 0 && Lookups > 0 && Resolves > 0 && Writes > 0 && Rate > 0
        && RequestTime > TimeSpan.Zero && ListingTime > TimeSpan.Zero && RequestTime.TotalDays < 1 && ListingTime.TotalDays < 1;
}
