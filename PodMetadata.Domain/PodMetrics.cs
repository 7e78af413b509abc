using System.Diagnostics.Metrics;

namespace PodMetadata.Domain;

/// <summary>The service's own metrics.</summary>
public sealed class PodMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "PodMetadata";

    private const string Unit = "{pod}";
    private const string Outcome = "outcome";
    private const string Precision = "precision";

    private static readonly string[] Precisions = ["name_and_ip", "name"];
    private static readonly string[] MarkDeadOutcomes = ["matched", "none"];

    private readonly Counter<long> upserts;
    private readonly Counter<long> markDeads;
    private readonly Counter<long> blankNames;
    private readonly Counter<long> nameCollisions;

    private volatile PodCount? population;

    /// <summary>Creates the instruments. The counters start at zero at once, so that a rate includes their first event.</summary>
    public PodMetrics(IMeterFactory meters, PodStoreStatus status)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(status);
        Meter meter = meters.Create(MeterName);
        upserts = meter.CreateCounter<long>("pod_metadata.upserts", Unit, "Pods stored.");
        markDeads = meter.CreateCounter<long>("pod_metadata.mark_dead", Unit, "Pods asked to be marked dead.");
        blankNames = meter.CreateCounter<long>("pod_metadata.blank_names", Unit, "Pods refused because their name was blank.");
        nameCollisions = meter.CreateCounter<long>("pod_metadata.name_collisions", Unit, "Live pods replaced by a pod of their name from another namespace.");
        meter.CreateObservableGauge("pod_metadata.pods", ObservePopulation, Unit, "Pods stored, as counted within the last half minute.");
        meter.CreateObservableGauge("pod_metadata.ready", () => status.UnavailableReason is null ? 1 : 0, description: "1 while the database can serve requests, else 0.");

        foreach (UpsertOutcome outcome in Enum.GetValues<UpsertOutcome>())
        {
            upserts.Add(0, OutcomeTag(outcome));
        }

        foreach (string precision in Precisions)
        {
            foreach (string outcome in MarkDeadOutcomes)
            {
                markDeads.Add(0, new(Precision, precision), new(Outcome, outcome));
            }
        }

        blankNames.Add(0);
        nameCollisions.Add(0);
    }

    /// <summary>The number of pods; null, which reports nothing, while it is unknown.</summary>
    public PodCount? Population
    {
        get => population;
        set => population = value;
    }

    /// <summary>Counts an upsert.</summary>
    public void Upserted(UpsertOutcome outcome) => upserts.Add(1, OutcomeTag(outcome));

    /// <summary>Counts a request to mark a pod dead.</summary>
    /// <param name="byIp">Whether the request contained the pod's IP.</param>
    /// <param name="matched">How many pods matched.</param>
    public void MarkedDead(bool byIp, int matched) =>
        markDeads.Add(1, new(Precision, Precisions[byIp ? 0 : 1]), new(Outcome, MarkDeadOutcomes[matched > 0 ? 0 : 1]));

    /// <summary>Counts a pod that was refused because its name was blank.</summary>
    public void BlankName() => blankNames.Add(1);

    /// <summary>Counts a live pod that was replaced by one of another namespace.</summary>
    public void NameCollision() => nameCollisions.Add(1);

    private static KeyValuePair<string, object?> OutcomeTag(UpsertOutcome outcome) => new(Outcome, outcome switch
    {
        UpsertOutcome.Inserted => "inserted",
        UpsertOutcome.Replaced => "replaced",
        _ => "unchanged",
    });

    private Measurement<long>[] ObservePopulation() => Population is { } count
        ? [new(count.Live, new KeyValuePair<string, object?>("state", "live")), new(count.Dead, new KeyValuePair<string, object?>("state", "dead"))]
        : [];
}
