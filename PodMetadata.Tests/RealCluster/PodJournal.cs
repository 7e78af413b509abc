namespace PodMetadata.Tests.RealCluster;

/// <summary>Who truly had which IP when, and when nobody may have watched.</summary>
internal sealed class PodJournal
{
    private readonly List<PodStay> stays = [];
    private readonly List<Gap> gaps = [];

    /// <summary>All IPs that pods had.</summary>
    public string[] Ips
    {
        get
        {
            lock (stays)
            {
                return [.. stays.Select(stay => stay.Ip).Distinct()];
            }
        }
    }

    public void Add(PodStay stay)
    {
        lock (stays)
        {
            stays.Add(stay);
        }
    }

    public void Add(Gap gap) => gaps.Add(gap);

    /// <summary>The stays at an IP.</summary>
    public PodStay[] At(string ip)
    {
        lock (stays)
        {
            return [.. stays.Where(stay => stay.Ip == ip)];
        }
    }

    /// <summary>All stays that lasted at some moment since another.</summary>
    public PodStay[] Since(DateTime moment)
    {
        lock (stays)
        {
            return [.. stays.Where(stay => stay.To is null || stay.To > moment)];
        }
    }

    /// <summary>Whether a pod of another namespace ever had the name.</summary>
    public bool HasNamesake(string pod)
    {
        lock (stays)
        {
            return stays.Exists(stay => stay.Pod != pod && stay.Pod.EndsWith(pod[pod.IndexOf('/', StringComparison.Ordinal)..], StringComparison.Ordinal));
        }
    }

    /// <summary>Whether a gap hides that a pod had its IP at a moment of its stay.</summary>
    public bool IsHidden(PodStay stay, DateTime at) => gaps.Exists(gap => gap.Hides(stay, at));
}
