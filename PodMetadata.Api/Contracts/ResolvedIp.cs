using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>An answer of POST /pod/resolve.</summary>
public sealed record ResolvedIp
{
    /// <summary>The IP as in the question.</summary>
    public required string? Ip { get; init; }

    /// <summary>How certain the answer is.</summary>
    public required IpMatch Match { get; init; }

    /// <summary>The pod without its manifest; null when there is none, or when none is likelier than the others. A pod of the past is as it
    /// was when it got the IP, which is its time_stamp, and it is dead if it no longer holds the IP.</summary>
    public required PodRecord? Pod { get; init; }

    /// <summary>How many pods could be meant: those that hold the IP, or held it at that moment. If none does, those that held it last, or
    /// held it shortly before or after.</summary>
    public required int Candidates { get; init; }
}
