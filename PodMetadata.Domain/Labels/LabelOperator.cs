namespace PodMetadata.Domain.Labels;

/// <summary>What a label selector asks of one label.</summary>
public enum LabelOperator
{
    /// <summary>It is there.</summary>
    Exists,

    /// <summary>It is not there.</summary>
    DoesNotExist,

    /// <summary>It is there, with one of the values.</summary>
    In,

    /// <summary>It is not there, or has none of the values.</summary>
    NotIn,

    /// <summary>It is there, and is an integer above the value.</summary>
    GreaterThan,

    /// <summary>It is there, and is an integer below the value.</summary>
    LessThan,
}
