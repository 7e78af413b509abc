using System.Globalization;

namespace PodMetadata.Tests.RealCluster;

/// <summary>The time in which a pod truly has an IP, by the clock of the one who made it so.</summary>
internal sealed class PodStay(string pod, string ip, DateTime from)
{
    /// <summary>The namespace and the name.</summary>
    public string Pod { get; } = pod;

    public string Ip { get; } = ip;

    /// <summary>When the pod got the IP. Its status says so in whole seconds.</summary>
    public DateTime From { get; } = from;

    /// <summary>When the pod lost the IP: not earlier.</summary>
    public DateTime? EarliestTo { get; set; }

    /// <summary>When the pod lost the IP: not later. Null while it holds it.</summary>
    public DateTime? To { get; set; }

    /// <summary>Whether its status said when it ended. Else only the deletion did.</summary>
    public bool IsEndWritten { get; set; }

    /// <summary>When the server no longer had the pod; null while it has it.</summary>
    public DateTime? GoneAt { get; set; }

    /// <summary>Whether its container was restarted: the status says since when it runs, no longer since when the pod does.</summary>
    public bool WasRestarted { get; set; }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Pod} had {Ip} from {From:HH:mm:ss.fff} to {To:HH:mm:ss.fff}{(IsEndWritten ? " (written)" : "")}, deleted {GoneAt:HH:mm:ss.fff}{(WasRestarted ? ", restarted" : "")}");
}
