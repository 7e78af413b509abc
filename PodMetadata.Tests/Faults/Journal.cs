using System.Collections.Concurrent;

namespace PodMetadata.Tests.Faults;

/// <summary>What must be in the table of the pods that one worker writes: the last write of each name that was acknowledged. A write whose
/// outcome is not known may be there or not, even later; its name is never written again, so that nothing else is uncertain.</summary>
internal sealed class Journal(string prefix)
{
    private readonly ConcurrentDictionary<string, PodState> acknowledged = [];

    private readonly ConcurrentDictionary<string, PodState> doubtful = [];

    private int names;

    /// <summary>How often the table was emptied before anything here was written.</summary>
    public int Epoch { get; private set; }

    /// <summary>How many rows there are at least.</summary>
    public int Rows => acknowledged.Count;

    /// <summary>The names whose state is known.</summary>
    public List<string> Names { get; } = [];

    public string NewName() => $"{prefix}-{++names}";

    /// <summary>The state that was last acknowledged of a name.</summary>
    public PodState this[string name] => acknowledged[name];

    public void Acknowledge(string name, PodState state)
    {
        if (!acknowledged.ContainsKey(name))
        {
            Names.Add(name);
        }

        acknowledged[name] = state;
    }

    /// <summary>Notes a write that may or may not have happened.</summary>
    public void Doubt(string name, PodState state)
    {
        Names.Remove(name);
        doubtful[name] = state;
    }

    /// <summary>Forgets everything, because somebody emptied the table.</summary>
    public void Forget(int epoch)
    {
        Epoch = epoch;
        Names.Clear();
        acknowledged.Clear();
        doubtful.Clear();
    }

    /// <summary>The acknowledged writes that a table lacks.</summary>
    public IEnumerable<string> Lost(IReadOnlyDictionary<string, PodState> table) =>
        from pod in acknowledged
        let stored = table.GetValueOrDefault(pod.Key)
        where stored != pod.Value && (stored is null || stored != doubtful.GetValueOrDefault(pod.Key))
        select $"{pod.Key} was acknowledged as {pod.Value}, but is {stored?.ToString() ?? "missing"}";
}
