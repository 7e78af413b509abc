using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PodMetadata.Infrastructure.Store;

/// <summary>Remembers, in a fixed amount of memory, which manifest this instance last stored of each pod.</summary>
/// <remarks>A hint, which changes no answer: neither other instances nor retention update it, and names that share an entry replace each other. A
/// manifest that another instance has stored is written once more by this one, when the pod is next posted here.</remarks>
internal sealed class StoredManifests
{
    // 4 MiB: more than three entries for each of 150,000 pods.
    private const int Entries = 1 << 19;

    // The first 40 bits of the name's hash, and 24 of the manifest's digest. The hash has far more bits than names could share by chance, since
    // two pods that did would each be stored whenever they are posted.
    private const ulong NameBits = ulong.MaxValue << 24;

    private readonly ulong[] entries = new ulong[Entries];

    /// <summary>Whether another manifest than this one was last stored; false when none is remembered.</summary>
    public bool Differs(PendingUpsert upsert)
    {
        (int index, ulong entry) = EntryOf(upsert);
        ulong remembered = Volatile.Read(ref entries[index]);
        return remembered != entry && (remembered & NameBits) == (entry & NameBits);
    }

    /// <summary>Remembers the manifest of a pod that was stored.</summary>
    public void Remember(PendingUpsert upsert)
    {
        (int index, ulong entry) = EntryOf(upsert);
        Volatile.Write(ref entries[index], entry);
    }

    private static (int Index, ulong Entry) EntryOf(PendingUpsert upsert)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(upsert.Pod.Name.AsSpan()), hash);
        ulong name = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        ulong manifest = upsert.ManifestDigest is { } digest ? BinaryPrimitives.ReadUInt32LittleEndian(digest) : 0;
        return ((int)(name % Entries), (name & NameBits) | (manifest & ~NameBits));
    }
}
