namespace PodMetadata.Tests.Simulation;

/// <summary>The time in which a pod truly has an IP on a node.</summary>
internal sealed class Stay(PodKey pod, string ip, string node, bool hostNetwork, DateTime from)
{
    public PodKey Pod { get; } = pod;

    public string Ip { get; } = ip;

    public string Node { get; } = node;

    public bool HostNetwork { get; } = hostNetwork;

    public DateTime From { get; } = from;

    /// <summary>When it ended, or null while it lasts.</summary>
    public DateTime? To { get; set; }
}
