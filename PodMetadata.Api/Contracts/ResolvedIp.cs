using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>An answer of POST /pod/resolve.</summary>
public sealed record ResolvedIp
{
    /// <summary>The IP as it was asked for.</summary>
    public required string? Ip { get; init; }

    /// <summary>How sure it is, as the header Pod-Match says it; or unknown, malformed or forgotten.</summary>
    public required IpMatch Match { get; init; }

    /// <summary>The pod without its manifest, or null when there is none, or none that is likelier than others. One of the past is as it was
    /// when it got the IP, which is its time_stamp, and dead if it no longer has it.</summary>
    public required PodRecord? Pod { get; init; }

    /// <summary>How many pods it could be: those that have the IP, or had it then; where nobody does, all that had it last, or that had it
    /// shortly before or after.</summary>
    public required int Candidates { get; init; }
}
