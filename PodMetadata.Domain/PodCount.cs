namespace PodMetadata.Domain;

/// <summary>The number of stored pods.</summary>
/// <param name="Live">Live pods.</param>
/// <param name="Dead">Dead pods.</param>
public sealed record PodCount(long Live, long Dead);
