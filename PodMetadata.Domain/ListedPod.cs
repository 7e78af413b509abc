namespace PodMetadata.Domain;

/// <summary>A pod of a listing.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Next">The place of the last pod that the limit lets in, when there are more behind it; the same for every pod of a listing.</param>
public sealed record ListedPod(Pod Pod, PodPosition? Next);
