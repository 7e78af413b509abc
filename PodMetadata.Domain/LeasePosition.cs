namespace PodMetadata.Domain;

/// <summary>A position in a list of leases.</summary>
/// <param name="ValidFrom">When the lease begins.</param>
/// <param name="Name">The pod's name.</param>
/// <param name="Namespace">The pod's namespace, or null.</param>
public sealed record LeasePosition(DateTime ValidFrom, string Name, string? Namespace);
