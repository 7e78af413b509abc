namespace PodMetadata.Domain;

/// <summary>A pod as it is stored now, and what was there before it.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Outcome">What storing it did. Of writes at the same moment to one name each may see what was there before all of them.</param>
/// <param name="ReplacedLive">Whether the pod whose place it took was live; false when there was none.</param>
/// <param name="ReplacedNamespace">The namespace of the pod whose place it took, or null.</param>
public sealed record UpsertedPod(Pod Pod, UpsertOutcome Outcome, bool ReplacedLive = false, string? ReplacedNamespace = null);
