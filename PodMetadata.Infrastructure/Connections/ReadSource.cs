namespace PodMetadata.Infrastructure.Connections;

/// <summary>Where lookups, histories and listings are answered.</summary>
public enum ReadSource
{
    /// <summary>By the primary, so that an answer has every write that was acknowledged before the question.</summary>
    Primary,

    /// <summary>By a hot standby as long as one answers, so that an answer may be as old as the replication lag.</summary>
    PreferStandby,
}
