using System.Collections.Immutable;
using System.Globalization;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>The objects of the fake API server at each version that it still knows, as etcd keeps them.</summary>
internal sealed class FakeObjects
{
    private readonly TimeProvider time;
    private readonly int history;
    private readonly Lock writing = new();

    private volatile FakeEvent first;
    private volatile FakeEvent last;
    private int kept;

    /// <param name="time">The clock of creationTimestamp.</param>
    /// <param name="history">How many versions are kept; older ones are forgotten as by a compaction.</param>
    public FakeObjects(TimeProvider time, int history)
    {
        this.time = time;
        this.history = history;
        first = last = new FakeEvent(1, null, null, ImmutableDictionary<FakeResource, ImmutableSortedSet<FakeObject>>.Empty);
    }

    /// <summary>The newest version.</summary>
    public FakeEvent Last => last;

    public FakeObject? Find(FakeResource resource, string @namespace, string name) =>
        Last.Of(resource).TryGetValue(Probe(resource, @namespace, name), out FakeObject? found) ? found : null;

    /// <summary>The newest version that is not newer than one; null when that is forgotten.</summary>
    public FakeEvent? At(long version)
    {
        FakeEvent found = first;
        if (version < found.Version)
        {
            return null;
        }

        while (found.Next is { } next && next.Version <= version)
        {
            found = next;
        }

        return found;
    }

    /// <summary>Creates or updates an object, in one step with what is read of it. What changes nothing takes no version.</summary>
    /// <param name="resource">The object's kind.</param>
    /// <param name="namespace">The object's namespace.</param>
    /// <param name="name">The object's name.</param>
    /// <param name="change">The new manifest, given the object as it is. What it throws leaves the object unchanged.</param>
    public FakeObject Change(FakeResource resource, string @namespace, string name, Func<FakeObject?, FakeManifest> change)
    {
        lock (writing)
        {
            FakeObject? old = Find(resource, @namespace, name);
            FakeManifest manifest = change(old);
            FakeObject changed = Create(resource, manifest, old, Last.Version + 1);
            if (old is not null && old.Json.AsSpan().SequenceEqual(manifest.ToJson(old.Uid, changed.Created, old.Version)))
            {
                return old;
            }

            Append(old is null ? "ADDED" : "MODIFIED", changed, Last.Of(resource).Remove(changed).Add(changed));
            return changed;
        }
    }

    /// <summary>Deletes an object, and returns it as it was with the version of its deletion; null when there is none.</summary>
    public FakeObject? Delete(FakeResource resource, string @namespace, string name)
    {
        lock (writing)
        {
            FakeObject? old = Find(resource, @namespace, name);
            if (old is not null)
            {
                old = Create(resource, new FakeManifest(old.Json), old, Last.Version + 1);
                Append("DELETED", old, Last.Of(resource).Remove(old));
            }

            return old;
        }
    }

    /// <summary>Adds many objects of a kind at once, and forgets the versions before, so that no watch sees them come.</summary>
    public void Load(FakeResource resource, IEnumerable<byte[]> manifests)
    {
        lock (writing)
        {
            long version = Last.Version;
            FakeObject[] added = [.. manifests.AsParallel().AsOrdered().Select((json, i) => Create(resource, new FakeManifest(json), null, version + 1 + i))];
            Append(new FakeEvent(version + added.Length, null, null, Last.Objects.SetItem(resource, Last.Of(resource).Union(added))));
            Compact();
        }
    }

    /// <summary>Forgets all versions but the newest.</summary>
    public void Compact()
    {
        lock (writing)
        {
            first = Last;
            kept = 0;
        }
    }

    /// <summary>Goes back to a version that is still known. What follows takes the same numbers again.</summary>
    public void Restore(long version)
    {
        lock (writing)
        {
            FakeEvent then = At(version) ?? throw new InvalidOperationException($"The version {version} is forgotten.");
            first = last = new FakeEvent(then.Version, null, null, then.Objects);
            kept = 0;
        }
    }

    /// <summary>Something with the key of an object, to find it by.</summary>
    public static FakeObject Probe(FakeResource resource, string @namespace, string name) => new(resource, @namespace, name, "", "", 0, []);

    private FakeObject Create(FakeResource resource, FakeManifest manifest, FakeObject? old, long version)
    {
        string uid = old?.Uid ?? manifest.Uid ?? Guid.NewGuid().ToString();
        if (manifest.Uid is not null && manifest.Uid != uid)
        {
            throw new InvalidOperationException($"{manifest.Name} has the uid {uid}; another of that name can only come when it is deleted.");
        }

        string created = old?.Created ?? manifest.Created ?? time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return new FakeObject(resource, manifest.Namespace, manifest.Name, uid, created, version, manifest.ToJson(uid, created, version));
    }

    private void Append(string type, FakeObject changed, ImmutableSortedSet<FakeObject> objects) =>
        Append(new FakeEvent(changed.Version, type, changed, Last.Objects.SetItem(changed.Resource, objects)));

    private void Append(FakeEvent following)
    {
        last.Append(following);
        last = following;
        if (++kept > history)
        {
            first = first.Next!;
            kept--;
        }
    }
}
