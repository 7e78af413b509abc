namespace PodMetadata.Tests.Simulation;

/// <summary>How sure an answer is, in the wire's words, and the pod it names.</summary>
internal sealed record Answer(string Match, PodKey? Pod)
{
    /// <summary>What it is worth, given who truly had the IP. Of several holders "shared" is right, of none "unknown" and "dead"; "stale" and
    /// "nearest" say themselves that they are not sure, and may still be wrong.</summary>
    public Verdict Judge(HashSet<PodKey> holders) => Match switch
    {
        "unique" => Of(holders.Count == 1 && holders.Contains(Pod!)),
        "shared" => Of(holders.Count > 1 && holders.Contains(Pod!)),
        "unknown" or "dead" => Of(holders.Count == 0),
        "stale" => holders.Contains(Pod!) ? Verdict.Unsure : Verdict.Wrong,
        "nearest" => holders.Count == 0 || holders.Contains(Pod!) ? Verdict.Unsure : Verdict.Wrong,
        _ => Verdict.Wrong,
    };

    public override string ToString() => $"{Match} {Pod}";

    private static Verdict Of(bool isRight) => isRight ? Verdict.Right : Verdict.Wrong;
}
