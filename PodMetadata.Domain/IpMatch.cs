namespace PodMetadata.Domain;

/// <summary>How sure it is that a pod is the one behind an IP.</summary>
public enum IpMatch
{
    /// <summary>It is the one live pod with the IP; at a moment, the one that had it then.</summary>
    Unique,

    /// <summary>Several live pods have the IP, as those on their node's network do; at a moment, several had it then.</summary>
    Shared,

    /// <summary>It is the one live pod with the IP, but has not been posted for long: its node may be gone.</summary>
    Stale,

    /// <summary>Only pods that are dead, or whose containers have ended for good, had the IP.</summary>
    Dead,

    /// <summary>Nobody had the IP at that moment, but one pod had it so shortly before or after that clocks may differ by as much.</summary>
    Nearest,

    /// <summary>No pod is known, or, shortly before and after a moment, more than one; or the moment is in the future.</summary>
    Unknown,

    /// <summary>The text is no IP.</summary>
    Malformed,

    /// <summary>The moment is before all that is kept.</summary>
    Forgotten,
}
