namespace PodMetadata.Tests.Simulation;

/// <summary>How sure an answer is, in the wire's words, and the pod it names.</summary>
internal sealed record Answer(string Match, PodKey? Pod)
{
    /// <summary>What it is worth, given who truly had the IP. Of several holders "shared" is right, of none "unknown" and "dead".</summary>
    public Verdict Judge(HashSet<PodKey> holders) => Match switch
    {
        "unique" => holders.Count == 1 && holders.Contains(Pod!) ? Verdict.Right : Verdict.Wrong,
        "unknown" => holders.Count == 0 ? Verdict.Right : holders.Count == 1 ? Verdict.Wrong : Verdict.Unsure,
        "dead" when holders.Count == 0 => Verdict.Right,
        "shared" when holders.Count > 1 && holders.Contains(Pod!) => Verdict.Right,
        "shared" or "stale" or "dead" or "nearest" => Verdict.Unsure,
        _ => Verdict.Wrong,
    };

    public override string ToString() => $"{Match} {Pod}";
}
