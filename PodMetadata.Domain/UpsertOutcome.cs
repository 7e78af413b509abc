namespace PodMetadata.Domain;

/// <summary>The effect of an upsert.</summary>
public enum UpsertOutcome
{
    /// <summary>There was no pod of that name.</summary>
    Inserted,

    /// <summary>The pod replaced a different one.</summary>
    Replaced,

    /// <summary>The stored pod differed at most in its time stamp.</summary>
    Unchanged,
}
