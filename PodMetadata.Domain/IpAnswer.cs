namespace PodMetadata.Domain;

/// <summary>The pod behind an IP.</summary>
/// <param name="Match">How sure it is.</param>
/// <param name="Pod">The pod; null where <paramref name="Match"/> names none.</param>
/// <param name="Candidates">How many pods it could be: those that live and have the IP, or had it then; where nobody does, all that had it
/// last, or that had it shortly before or after.</param>
public sealed record IpAnswer(IpMatch Match, Pod? Pod = null, int Candidates = 0)
{
    /// <summary>Who has an IP now.</summary>
    /// <param name="pod">The pod that comes first.</param>
    /// <param name="live">How many have it.</param>
    /// <param name="stored">How many have it or had it last.</param>
    /// <param name="isStale">Whether the pod has not been posted for long.</param>
    public static IpAnswer Now(Pod pod, int live, int stored, bool isStale) => live switch
    {
        0 => new(IpMatch.Dead, pod, stored),
        1 => new(isStale ? IpMatch.Stale : IpMatch.Unique, pod, live),
        _ => new(IpMatch.Shared, pod, live),
    };

    /// <summary>Who had an IP at a moment. Of several that had it shortly before or after, none is the answer.</summary>
    /// <param name="pod">The pod that comes first.</param>
    /// <param name="covering">How many had it.</param>
    /// <param name="near">How many had it then or so shortly before or after that clocks may differ by as much.</param>
    public static IpAnswer Then(Pod pod, int covering, int near) => (covering, near) switch
    {
        (1, _) => new(IpMatch.Unique, pod, covering),
        ( > 1, _) => new(IpMatch.Shared, pod, covering),
        (_, 1) => new(IpMatch.Nearest, pod, near),
        _ => new(IpMatch.Unknown, Candidates: near),
    };
}
