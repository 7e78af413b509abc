namespace PodMetadata.Domain;

/// <summary>What storing a pod did.</summary>
public enum UpsertOutcome
{
    /// <summary>There was no pod of that name.</summary>
    Inserted,

    /// <summary>It took the place of a pod that differed.</summary>
    Replaced,

    /// <summary>The pod of that name was the same already but for its time stamp.</summary>
    Unchanged,
}
