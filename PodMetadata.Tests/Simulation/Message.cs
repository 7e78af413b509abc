using System.Globalization;
using System.Text.Json;

namespace PodMetadata.Tests.Simulation;

/// <summary>What a controller says to the service, once.</summary>
internal sealed class Message(MessageKind kind, Stay stay, DateTime timeStamp)
{
    public MessageKind Kind { get; } = kind;

    public Stay Stay { get; } = stay;

    /// <summary>When the controller saw it so; <see cref="MessageKind.Gone"/> does not tell.</summary>
    public DateTime TimeStamp { get; } = timeStamp;

    /// <summary>When it was sent; it arrived between then and <see cref="Answered"/>.</summary>
    public DateTime Sent { get; set; }

    public DateTime Answered { get; set; }

    /// <summary>Its place among those that have arrived, or null while it is on its way.</summary>
    public int? Arrival { get; set; }

    /// <summary>The moment it speaks of.</summary>
    public DateTime Moment => Kind == MessageKind.Gone ? Answered : TimeStamp;

    public string Route => Kind == MessageKind.Gone ? "/pod/mark_dead" : "/pod/spec";

    public string Json => Kind == MessageKind.Gone
        ? JsonSerializer.Serialize(new { pod_name = Stay.Pod.Name, pod_ip = Stay.Ip })
        : JsonSerializer.Serialize(new
        {
            pod_name = Stay.Pod.Name,
            pod_namespace = Stay.Pod.Namespace,
            pod_ip = Stay.Ip,
            node_name = Stay.Node,
            is_dead = Kind == MessageKind.Ended && !IsPhase,
            pod_obj = new { spec = new { hostNetwork = Stay.HostNetwork }, status = new { phase = Kind == MessageKind.Ended && IsPhase ? "Succeeded" : "Running" } },
            time_stamp = Text(TimeStamp),
        });

    // Jobs end by themselves; of others a controller says that they are dead.
    private bool IsPhase => Stay.Pod.Name.StartsWith("job-", StringComparison.Ordinal);

    /// <summary>A moment as the wire writes it.</summary>
    public static string Text(DateTime moment) => moment.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    /// <summary>Where a pod is after this, if it was somewhere before.</summary>
    public Stay? Apply(Stay? before) => Kind switch
    {
        MessageKind.Seen => Stay,
        MessageKind.Ended => null,
        _ => before?.Ip == Stay.Ip ? null : before,
    };
}
