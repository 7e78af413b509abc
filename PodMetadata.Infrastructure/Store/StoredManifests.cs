namespace PodMetadata.Infrastructure.Store;

/// <summary>Remembers, in a fixed amount of memory, which manifest this instance last stored of each pod.</summary>
/// <remarks>A hint: neither other instances nor retention update it, and names that share an entry replace each other. A wrong one costs a
/// statement, and changes no answer.</remarks>
internal sealed class StoredManifests
{
    // 4 MiB: more than three entries for each of 150,000 pods.
    private const int Entries = 1 << 19;

    // A hash of the name, and the beginning of the manifest's digest.
    private readonly ulong[] entries = new ulong[Entries];

    /// <summary>Whether another manifest than this one was last stored; false when none is remembered.</summary>
    public bool Differs(PendingUpsert upsert)
    {
        ulong entry = EntryOf(upsert);
        ulong remembered = Volatile.Read(ref entries[Index(entry)]);
        return remembered != entry && remembered >> 32 == entry >> 32;
    }

    /// <summary>Remembers the manifest of a pod that was stored.</summary>
    public void Remember(PendingUpsert upsert)
    {
        ulong entry = EntryOf(upsert);
        Volatile.Write(ref entries[Index(entry)], entry);
    }

    private static ulong EntryOf(PendingUpsert upsert) =>
        ((ulong)(uint)upsert.Pod.Name.GetHashCode(StringComparison.Ordinal) << 32) | (upsert.ManifestDigest is { } digest ? BitConverter.ToUInt32(digest) : 0);

    private static int Index(ulong entry) => (int)((entry >> 32) % Entries);
}
