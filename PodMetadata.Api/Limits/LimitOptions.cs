namespace PodMetadata.Api.Limits;

/// <summary>The configuration section <c>Limits</c>: how many requests run concurrently, and for how long.</summary>
public sealed class LimitOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Limits";

    /// <summary>The maximum number of concurrent listings of all pods; 8 by default, half of the connections for listings.</summary>
    public int Listings { get; init; } = 8;

    /// <summary>The maximum number of concurrent listings of a node's pods, including those that wait for a connection; 256 by default.</summary>
    public int NodeListings { get; init; } = 256;

    /// <summary>The maximum number of concurrent lookups and histories, including those that wait for a connection; 1024 by default.</summary>
    public int Lookups { get; init; } = 1024;

    /// <summary>The maximum number of concurrent POST /pod/resolve requests, including those still being received; 8 by default, half of the
    /// connections for lookups.</summary>
    public int Resolves { get; init; } = 8;

    /// <summary>The maximum number of concurrent writes, including those still being received or waiting for a connection; 1024 by default.</summary>
    public int Writes { get; init; } = 1024;

    /// <summary>The time limit of a request, receiving its body included; 10 s by default.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time limit of a listing; 2 minutes by default.</summary>
    public TimeSpan ListingTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The minimum rate in bytes per second at which a client must send a body and read a response, after a grace period of 5 s;
    /// 16 KiB/s by default.</summary>
    public int Rate { get; init; } = 16 * 1024;

    /// <summary>Whether every limit is positive and every time fits a timer.</summary>
    public bool IsValid =>
        Listings > 0 && NodeListings > 0 && Lookups > 0 && Resolves > 0 && Writes > 0 && Rate > 0
        && RequestTime > TimeSpan.Zero && ListingTime > TimeSpan.Zero && RequestTime.TotalDays < 1 && ListingTime.TotalDays < 1;
}
