namespace PodMetadata.Tests.Simulation.Watch;

/// <summary>Knows who had which IP when, and what of it a watch could know.</summary>
/// <remarks>
/// The manifests' moments are whole seconds, and an end that no manifest says is when its event came; so close to the ends of a stay an answer may
/// be of either side. Apart from that, no answer may name a pod that did not have the IP.
/// <para>A gap is what happened between two versions of the cluster while nobody watched all of it: a list took the place of the watch. Whose IP it
/// was at a moment is knowable when no end of a stay is close to the moment, and the ends of the holder's stay are not in a gap. The beginning may
/// be, if the list still shows the pod, with the moment of its beginning.</para>
/// <para>A pause is a time in which events came late, though none was lost. Where only the deletion says the end of a stay, and it came in a pause, the
/// watch cannot know when within the pause: the stay is knowable up to the beginning of the pause ("What nobody saw" in docs/watch.md). An end that a
/// manifest says is knowable all the same.</para>
/// </remarks>
internal sealed class WatchOracle
{
    /// <summary>How far the moments that manifests say may be from the truth.</summary>
    public static readonly TimeSpan Tie = TimeSpan.FromSeconds(2);

    // What comes after a short pause of the watch counts as if it had just happened.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(7);

    private readonly Dictionary<string, List<KubePod>> byIp = [];

    private readonly List<KubePod> all = [];

    private readonly List<(long After, long UpTo)> gaps = [];

    private readonly List<(DateTime From, DateTime To)> pauses = [];

    public IReadOnlyList<KubePod> Pods => all;

    public int Gaps => gaps.Count;

    public void Add(KubePod pod)
    {
        all.Add(pod);
        if (!byIp.TryGetValue(pod.Stay!.Ip, out List<KubePod>? those))
        {
            byIp[pod.Stay.Ip] = those = [];
        }

        those.Add(pod);
    }

    /// <summary>Records that a list may have skipped the changes between two versions.</summary>
    public void AddGap(long after, long upTo) => gaps.Add((after, upTo));

    /// <summary>Records that events may have come late for some time.</summary>
    public void AddPause(DateTime from, DateTime to) => pauses.Add((from, to));

    /// <summary>The pods that have an IP at a moment.</summary>
    public HashSet<PodKey> Holders(string ip, DateTime at) =>
        [.. Of(ip).Where(pod => pod.Stay!.From <= at && !(pod.Stay.To <= at)).Select(pod => pod.Key)];

    /// <summary>Whether it is knowable who had an IP at a moment.</summary>
    public bool Knows(string ip, DateTime at)
    {
        List<KubePod> near = Of(ip).FindAll(pod => IsNear(pod, at, TimeSpan.Zero));
        return near.Count > 0 && near.TrueForAll(pod =>
            pod.KnownFrom + Tie <= at && !(KnownTo(pod) - Tie <= at)
            && !IsInGap(pod.EndedSince) && (pod.TellsStart || !IsInGap(pod.KnownSince)));
    }

    /// <summary>What the answer about a moment is worth.</summary>
    /// <param name="question">The question, in the cluster's time.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="skew">How far from a lease <c>nearest</c> is answered.</param>
    public Verdict Judge(Question question, Answer answer, TimeSpan skew)
    {
        DateTime at = question.At!.Value;
        HashSet<PodKey> holders = Holders(question.Ip, at);
        bool isKnowable = Knows(question.Ip, at);
        bool isNear = answer.Pod is not null && Of(question.Ip).Exists(pod => pod.Key == answer.Pod && IsNear(pod, at, answer.Match == "nearest" ? skew : TimeSpan.Zero));
        return (answer.Match, isKnowable) switch
        {
            ("unique" or "shared", _) when !isNear => Verdict.Wrong,
            ("unique" or "shared", true) => answer.Judge(holders),
            ("unique" or "shared", false) => holders.Contains(answer.Pod!) ? Verdict.Right : Verdict.Unsure,
            ("nearest", false) when isNear => Verdict.Unsure,
            ("unknown", _) when holders.Count == 0 => Verdict.Right,
            ("unknown", false) => Verdict.Unsure,
            _ => Verdict.Wrong,
        };
    }

    /// <summary>All that was on an IP, to explain a mistake.</summary>
    public string Story(string ip) => string.Join('\n', Of(ip).Select(pod => $"  {pod}").TakeLast(12)
        .Append($"  gaps: {string.Join(", ", gaps)}")
        .Append($"  pauses: {string.Join(", ", pauses.Select(pause => $"{pause.From:HH:mm:ss.ff} to {pause.To:HH:mm:ss.ff}"))}"));

    private List<KubePod> Of(string ip) => byIp.GetValueOrDefault(ip, []);

    private bool IsNear(KubePod pod, DateTime at, TimeSpan more) =>
        pod.Stay!.From - Tie - more <= at && !(pod.Stay.To + (pod.TellsEnd && !IsInGap(pod.EndedSince) ? Tie : Late) + more <= at);

    /// <summary>Up to when it can be known that a pod had its IP; null while it has it.</summary>
    private DateTime? KnownTo(KubePod pod) => pod.Stay!.To is not { } end || pod.TellsEnd
        ? pod.Stay.To
        : pauses.Where(pause => pause.From <= end && end < pause.To).Select(pause => pause.From).Append(end).Min();

    private bool IsInGap(long? version) => gaps.Exists(gap => gap.After < version && version <= gap.UpTo);
}
