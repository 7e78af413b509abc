namespace PodMetadata.Tests.Simulation;

/// <summary>What a controller says of a pod.</summary>
internal enum MessageKind
{
    /// <summary>It has this IP: POST /pod/spec.</summary>
    Seen,

    /// <summary>It has ended, by its manifest's phase or by is_dead: POST /pod/spec.</summary>
    Ended,

    /// <summary>No pod of that name has that IP any more: POST /pod/mark_dead, which has neither namespace nor time stamp.</summary>
    Gone,
}
