namespace PodMetadata.Domain;

/// <summary>A position in a listing: that of the pod of this namespace and name, which may be gone by now.</summary>
/// <param name="Namespace">The namespace, or null.</param>
/// <param name="Name">The name.</param>
public sealed record PodPosition(string? Namespace, string Name);
