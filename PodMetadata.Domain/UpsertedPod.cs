namespace PodMetadata.Domain;

/// <summary>A pod as it is stored now, and the one it replaced.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Outcome">The effect. Concurrent writes to one name may each report the row before all of them.</param>
/// <param name="ReplacedLive">Whether the replaced pod was live; false when there was none.</param>
/// <param name="ReplacedNamespace">The namespace of the replaced pod, or null.</param>
public sealed record UpsertedPod(Pod Pod, UpsertOutcome Outcome, bool ReplacedLive = false, string? ReplacedNamespace = null);
