namespace PodMetadata.Domain;

/// <summary>A position in a list of leases.</summary>
/// <param name="ValidFrom">When the lease begins.</param>
/// <param name="Id">Its number.</param>
public sealed record LeasePosition(DateTime ValidFrom, long Id);
