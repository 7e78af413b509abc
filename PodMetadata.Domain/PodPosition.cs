namespace PodMetadata.Domain;

/// <summary>A place in a listing of pods: that of the pod of this namespace and name, whether it is still there or not.</summary>
/// <param name="Namespace">The namespace, or null.</param>
/// <param name="Name">The name.</param>
public sealed record PodPosition(string? Namespace, string Name);
