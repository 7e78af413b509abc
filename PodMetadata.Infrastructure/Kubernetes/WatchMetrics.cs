using System.Diagnostics.Metrics;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>The metrics of the watch.</summary>
internal sealed class WatchMetrics
{
    public const string NoIp = "no_ip";
    public const string NoNode = "no_node";
    public const string BadIp = "bad_ip";
    public const string BadName = "bad_name";
    public const string BadManifest = "bad_manifest";

    public const string Start = "start";
    public const string Expired = "expired";
    public const string Unreadable = "unreadable";
    public const string Reset = "reset";
    public const string Daily = "daily";

    private const string Type = "type";
    private const string Reason = "reason";

    private static readonly string[] Types = [WatchEvent.Added, WatchEvent.Modified, WatchEvent.Deleted, WatchEvent.Bookmark];

    private readonly TimeProvider time;
    private readonly Counter<long> events;
    private readonly Counter<long> relists;
    private readonly Counter<long> swept;
    private readonly Counter<long> skipped;
    private volatile object? vouchedUntil;
    private volatile bool isLeader;

    /// <summary>Creates the instruments. The counters start at zero at once, so that a rate includes their first event.</summary>
    public WatchMetrics(IMeterFactory meters, TimeProvider time)
    {
        this.time = time;
        Meter meter = meters.Create(PodMetrics.MeterName);
        events = meter.CreateCounter<long>("pod_metadata.watch.events", "{event}", "Events of the Kubernetes watch.");
        relists = meter.CreateCounter<long>("pod_metadata.watch.relists", "{list}", "Lists of all pods that the watch began with, by what made them necessary.");
        swept = meter.CreateCounter<long>("pod_metadata.watch.swept", "{pod}", "Pods marked dead because a list did not contain them.");
        skipped = meter.CreateCounter<long>("pod_metadata.watch.skipped", "{pod}", "Pods of lists and events that were not stored.");
        meter.CreateObservableGauge("pod_metadata.watch.leader", () => isLeader ? 1 : 0, description: "1 while this instance watches the cluster, else 0.");
        meter.CreateObservableGauge("pod_metadata.watch.vouched.age", ObserveAge, "s", "How long ago the stored pods were known to be those of the cluster; reported by the instance that watches.");

        Array.ForEach(Types, type => Count(events, Type, type, 0));
        Array.ForEach([Start, Expired, Unreadable, Reset, Daily], reason => Count(relists, Reason, reason, 0));
        Array.ForEach([NoIp, NoNode, BadIp, BadName, BadManifest], reason => Count(skipped, Reason, reason, 0));
        swept.Add(0);
    }

    /// <summary>Whether this instance watches.</summary>
    public bool IsLeader
    {
        set
        {
            isLeader = value;
            vouchedUntil = null;
        }
    }

    /// <summary>Says until when the stored pods are known to be those of the cluster, in UTC.</summary>
    public void Vouched(DateTime until) => vouchedUntil = until;

    /// <summary>Counts an event.</summary>
    public void Received(string type) => Count(events, Type, type, 1);

    /// <summary>Counts a list.</summary>
    public void Relisted(string reason) => Count(relists, Reason, reason, 1);

    /// <summary>Counts pods that a list did not contain.</summary>
    public void Swept(int pods) => swept.Add(pods);

    /// <summary>Counts a pod that was not stored.</summary>
    public void Skipped(string reason) => Count(skipped, Reason, reason, 1);

    private static void Count(Counter<long> counter, string tag, string value, long count) => counter.Add(count, new KeyValuePair<string, object?>(tag, value.ToLowerInvariant()));

    private Measurement<double>[] ObserveAge() => vouchedUntil is DateTime until ? [new((PodTime.Now(time) - until).TotalSeconds)] : [];
}
