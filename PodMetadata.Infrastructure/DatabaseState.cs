namespace PodMetadata.Infrastructure;

/// <summary>Whether the database can serve, as <see cref="DatabaseMonitor"/> last saw it.</summary>
public sealed class DatabaseState
{
    private volatile string? reason = "The database has not been asked yet.";

    /// <summary>Why the database cannot serve, in a sentence; null when it can.</summary>
    public string? Reason
    {
        get => reason;
        internal set => reason = value;
    }
}
