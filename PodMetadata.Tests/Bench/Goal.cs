namespace PodMetadata.Tests.Bench;

/// <summary>A measured value and, where there is one, its goal.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Value">The value.</param>
/// <param name="AtLeast">What it should not be below.</param>
/// <param name="AtMost">What it should not be above.</param>
/// <param name="Unit">Its unit; a ratio has none.</param>
internal sealed record Goal(string What, double Value, double? AtLeast = null, double? AtMost = null, string Unit = "")
{
    public double? Limit => AtLeast ?? AtMost;

    /// <summary>Whether the goal is met; null where there is none.</summary>
    public bool? IsMet => AtLeast is not null ? Value >= AtLeast : AtMost is not null ? Value <= AtMost : null;
}
