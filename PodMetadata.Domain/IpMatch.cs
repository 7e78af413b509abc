namespace PodMetadata.Domain;

/// <summary>How certain it is that a pod is the one behind an IP. The OpenAPI document takes its descriptions from here.</summary>
public enum IpMatch
{
    /// <summary>The only live pod with the IP; for a moment in the past, the only pod that held it then.</summary>
    Unique,

    /// <summary>One of several live pods with the IP, as on the host network; for a moment in the past, one of several that held it then.</summary>
    Shared,

    /// <summary>The only live pod with the IP, but for a long time it was neither posted nor vouched for by the watch of its cluster: its node may be gone.</summary>
    Stale,

    /// <summary>All pods with the IP are dead, or their containers have ended for good.</summary>
    Dead,

    /// <summary>No pod held the IP at that moment, and exactly one held it within the clock skew before or after.</summary>
    Nearest,

    /// <summary>No pod is known; or several held the IP within the clock skew of that moment; or the moment is in the future.</summary>
    Unknown,

    /// <summary>The text is not an IP address.</summary>
    Malformed,

    /// <summary>The moment is before the leases that are kept.</summary>
    Forgotten,
}
