using System.Security.Cryptography;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>A pod to be stored.</summary>
internal sealed class PostedPod(Pod pod)
{
    /// <summary>The pod.</summary>
    public Pod Pod { get; } = pod;

    /// <summary>The SHA-256 of its manifest, or null when it has none.</summary>
    public byte[]? Digest { get; } = pod.Manifest is { } manifest ? SHA256.HashData(manifest.Utf8.Span) : null;

    /// <summary>About how many bytes it takes to send without its manifest.</summary>
    public int BytesWithoutManifest => Pod.SelectorLabels?.Utf8.Length ?? 0;

    /// <summary>About how many bytes it takes to send.</summary>
    public int Bytes => BytesWithoutManifest + (Pod.Manifest?.Utf8.Length ?? 0);
}
