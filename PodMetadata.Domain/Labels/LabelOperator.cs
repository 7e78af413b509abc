namespace PodMetadata.Domain.Labels;

/// <summary>The condition of a label selector on one label.</summary>
public enum LabelOperator
{
    /// <summary>The label exists.</summary>
    Exists,

    /// <summary>The label does not exist.</summary>
    DoesNotExist,

    /// <summary>The label exists and has one of the values.</summary>
    In,

    /// <summary>The label does not exist, or has none of the values.</summary>
    NotIn,

    /// <summary>The label is an integer greater than the value.</summary>
    GreaterThan,

    /// <summary>The label is an integer less than the value.</summary>
    LessThan,
}
