namespace PodMetadata.Tests.Simulation.Watch;

/// <summary>A pod of the simulated cluster, from its creation to its deletion.</summary>
internal sealed class KubePod(PodKey key, KubeWorkload workload, SimNode node, bool hasCondition)
{
    public PodKey Key { get; } = key;

    public KubeWorkload Workload { get; } = workload;

    public SimNode Node { get; } = node;

    /// <summary>Whether its cluster has the condition PodReadyToStartContainers, which says when the stay began.</summary>
    public bool HasCondition { get; } = hasCondition;

    /// <summary>The time in which it has its IP; null before.</summary>
    public Stay? Stay { get; set; }

    /// <summary>The beginning of the stay as the newest manifest says it; null when it does not.</summary>
    public DateTime? Stamp { get; set; }

    /// <summary>From when on it can be known to have its IP; null when never.</summary>
    public DateTime? KnownFrom { get; set; }

    /// <summary>The cluster's version that says so.</summary>
    public long KnownSince { get; set; }

    /// <summary>Whether each manifest since then says it too.</summary>
    public bool TellsStart { get; set; } = true;

    /// <summary>The cluster's version in which the stay had ended.</summary>
    public long? EndedSince { get; set; }

    /// <summary>Whether a manifest says when it ended.</summary>
    public bool TellsEnd { get; set; }

    /// <summary>Whether it has succeeded or failed.</summary>
    public bool IsFinished { get; set; }

    /// <summary>Whether somebody has decided its end.</summary>
    public bool IsEnding { get; set; }

    /// <summary>Whether the API server has it no more.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>Whether its last manifest says that it runs, though it does not.</summary>
    public bool IsLeaving => Stay?.To is not null && !IsFinished && !IsDeleted;

    /// <summary>Whether a table of live pods has it.</summary>
    public bool IsLive => Stay is not null && !IsFinished && !IsDeleted;

    public override string ToString() =>
        $"{Key} on {Node.Name} {Stay?.Ip} {Stay?.From:HH:mm:ss.ff} to {Stay?.To:HH:mm:ss.ff}, known from {KnownFrom:HH:mm:ss.ff} in version {KnownSince}, ended in {EndedSince}"
        + $"{(HasCondition ? ", has the condition" : "")}{(TellsStart ? ", tells its start" : "")}{(TellsEnd ? ", tells its end" : "")}";
}
