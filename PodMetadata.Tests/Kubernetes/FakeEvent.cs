using System.Collections.Immutable;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>One version of the whole store: what changed, all objects after it, and the version after it once there is one. Readers hold the
/// event that they have come to, so a slow one keeps what it has not read, and no writer waits for it.</summary>
/// <param name="version">The version.</param>
/// <param name="type"><c>ADDED</c>, <c>MODIFIED</c> or <c>DELETED</c>; null when no single object changed.</param>
/// <param name="changed">The object that changed; a deleted one carries the version of its deletion.</param>
/// <param name="objects">All objects then.</param>
internal sealed class FakeEvent(
    long version, string? type, FakeObject? changed, ImmutableDictionary<FakeResource, ImmutableSortedSet<FakeObject>> objects)
{
    private static readonly ImmutableSortedSet<FakeObject> None = ImmutableSortedSet.Create(FakeObject.ByKey);

    private readonly TaskCompletionSource<FakeEvent> next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Version => version;

    public string? Type => type;

    public FakeObject? Changed => changed;

    public ImmutableDictionary<FakeResource, ImmutableSortedSet<FakeObject>> Objects => objects;

    /// <summary>The next event, when there will be one.</summary>
    public Task<FakeEvent> NextAsync() => next.Task;

    /// <summary>The next event, if there is one.</summary>
    public FakeEvent? Next => next.Task.IsCompleted ? next.Task.Result : null;

    public ImmutableSortedSet<FakeObject> Of(FakeResource resource) => objects.GetValueOrDefault(resource, None);

    public void Append(FakeEvent following) => next.SetResult(following);
}
