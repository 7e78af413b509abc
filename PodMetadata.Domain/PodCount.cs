namespace PodMetadata.Domain;

/// <summary>How many pods are stored.</summary>
/// <param name="Live">Those that are not marked dead.</param>
/// <param name="Dead">Those that are.</param>
public sealed record PodCount(long Live, long Dead);
