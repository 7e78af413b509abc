namespace PodMetadata.Tests.Faults;

/// <summary>What distinguishes one write of a pod from another.</summary>
internal sealed record PodState(int Version, bool IsDead);
