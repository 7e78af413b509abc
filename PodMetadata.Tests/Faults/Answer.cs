namespace PodMetadata.Tests.Faults;

/// <summary>One request of the load, in the load's time.</summary>
/// <param name="Route">What was asked; for each of these the service must be back.</param>
/// <param name="Started">When the request was sent.</param>
/// <param name="Answered">When the answer's headers were there, or the request failed.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Detail">What was wrong with it, when something was.</param>
internal readonly record struct Answer(string Route, TimeSpan Started, TimeSpan Answered, Outcome Outcome, string Detail)
{
    /// <summary>How long the answer took.</summary>
    public TimeSpan Took => Answered - Started;
}
