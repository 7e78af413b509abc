namespace PodMetadata.Tests.Kubernetes;

/// <summary>A fault that is switched on until enough requests had it, or until it is disposed of.</summary>
internal sealed class ActiveFault(FakeFault fault, FakeRequests requests, int times, string? resource, FakeFaults faults) : IDisposable
{
    private volatile int hits;

    public FakeFault Fault => fault;

    /// <summary>How many requests, or lines of watches, had it.</summary>
    public int Hits => hits;

    public bool IsFor(FakeRequest request) =>
        hits < times && requests.HasFlag(request.Sort) && (resource is null || resource == request.Resource.Plural);

    /// <summary>Counts a request, and returns what it has. Callers take turns.</summary>
    public FakeFault Hit()
    {
        hits++;
        return fault;
    }

    public void Dispose() => faults.Remove(this);
}
