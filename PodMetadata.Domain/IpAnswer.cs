namespace PodMetadata.Domain;

/// <summary>The pod behind an IP.</summary>
/// <param name="Match">How certain the answer is.</param>
/// <param name="Pod">The pod; null where <paramref name="Match"/> names none.</param>
/// <param name="Candidates">How many pods could be meant: those that hold the IP, or held it then. If none does, all that held it last, or
/// that held it within the clock skew.</param>
public sealed record IpAnswer(IpMatch Match, Pod? Pod = null, int Candidates = 0)
{
    /// <summary>The holder of an IP now.</summary>
    /// <param name="pod">The pod that ranks first.</param>
    /// <param name="live">How many pods hold the IP.</param>
    /// <param name="stored">How many pods hold it or held it last.</param>
    /// <param name="isStale">Whether the pod was for a long time neither posted nor vouched for.</param>
    public static IpAnswer Now(Pod pod, int live, int stored, bool isStale) => live switch
    {
        0 => new(IpMatch.Dead, pod, stored),
        1 => new(isStale ? IpMatch.Stale : IpMatch.Unique, pod, live),
        _ => new(IpMatch.Shared, pod, live),
    };

    /// <summary>The holder of an IP at a moment. If several pods held it only before or after the moment, none is the answer.</summary>
    /// <param name="pod">The pod that ranks first.</param>
    /// <param name="covering">How many pods held the IP at the moment.</param>
    /// <param name="near">How many pods held it at the moment or within the clock skew of it.</param>
    public static IpAnswer Then(Pod pod, int covering, int near) => (covering, near) switch
    {
        (1, _) => new(IpMatch.Unique, pod, covering),
        ( > 1, _) => new(IpMatch.Shared, pod, covering),
        (_, 1) => new(IpMatch.Nearest, pod, near),
        _ => new(IpMatch.Unknown, Candidates: near),
    };
}
