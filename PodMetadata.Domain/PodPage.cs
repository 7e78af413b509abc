namespace PodMetadata.Domain;

/// <summary>A page of a listing. It holds a connection to the database until it is disposed.</summary>
/// <param name="pods">The pods in the order of the listing, streamed from the database. They can be enumerated once.</param>
/// <param name="next">The position where the next page starts; null on the last page.</param>
/// <param name="source">What is released with the page.</param>
public sealed class PodPage(IAsyncEnumerable<Pod> pods, PodPosition? next, IAsyncDisposable? source = null) : IAsyncDisposable
{
    /// <summary>The pods in the order of the listing. They can be enumerated once.</summary>
    /// <exception cref="PodStoreUnavailableException">The database fails, or a pod does not arrive in time.</exception>
    public IAsyncEnumerable<Pod> Pods { get; } = pods;

    /// <summary>The position of the page's last pod when more pods follow it; else null.</summary>
    public PodPosition? Next { get; } = next;

    /// <summary>Cancels the query unless all pods were read.</summary>
    public ValueTask DisposeAsync() => source?.DisposeAsync() ?? ValueTask.CompletedTask;
}
