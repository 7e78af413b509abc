namespace PodMetadata.Domain;

/// <summary>Whether the pod store can serve requests, as its own monitor last found.</summary>
public sealed class PodStoreStatus
{
    private volatile string? unavailableReason = "The database has not been checked yet.";

    /// <summary>A sentence that says why the store cannot serve; null when it can.</summary>
    public string? UnavailableReason
    {
        get => unavailableReason;
        set => unavailableReason = value;
    }
}
