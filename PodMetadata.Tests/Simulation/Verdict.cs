namespace PodMetadata.Tests.Simulation;

/// <summary>What an answer is worth.</summary>
internal enum Verdict
{
    Right,
    Wrong,
    Unsure,
}
