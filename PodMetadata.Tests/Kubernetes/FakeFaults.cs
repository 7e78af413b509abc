namespace PodMetadata.Tests.Kubernetes;

/// <summary>The faults that are switched on.</summary>
internal sealed class FakeFaults
{
    private readonly Lock changing = new();
    private readonly List<ActiveFault> active = [];

    /// <summary>Switches a fault on.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="requests">The requests that it is for.</param>
    /// <param name="times">How many of them have it; the earlier faults come first.</param>
    /// <param name="resource">The plural of the resource that it is for; null for any.</param>
    public ActiveFault Add(FakeFault fault, FakeRequests requests, int times, string? resource)
    {
        ActiveFault added = new(fault, requests, times, resource, this);
        lock (changing)
        {
            active.Add(added);
        }

        return added;
    }

    public void Remove(ActiveFault fault)
    {
        lock (changing)
        {
            active.Remove(fault);
        }
    }

    public void Clear()
    {
        lock (changing)
        {
            active.Clear();
        }
    }

    /// <summary>The fault that a request has with its answer or its body; null for none.</summary>
    public FakeFault? Take(FakeRequest request) => Take(request, fault => fault.Line is null);

    /// <summary>The fault that a watch has with a line; null for none.</summary>
    public FakeFault? Take(FakeRequest request, ReadOnlyMemory<byte> line) =>
        Take(request, fault => fault.Line is not null && (!fault.NeedsMultiByteCharacter || FakeFault.InCharacter(line) is not null));

    /// <summary>The fault that a watch has with its end; null for none.</summary>
    public FakeFault? TakeEnd(FakeRequest request) => Take(request, fault => fault.IsForTheEnd);

    private FakeFault? Take(FakeRequest request, Func<FakeFault, bool> isFor)
    {
        lock (changing)
        {
            return active.Find(fault => isFor(fault.Fault) && fault.IsFor(request))?.Hit();
        }
    }
}
