using System.Text.Json;
using PodMetadata.Domain.Json;

namespace PodMetadata.Domain.Kubernetes;

/// <summary>What a pod is known by when its labels do not say: the workload that owns it.</summary>
/// <param name="Name">The workload's name.</param>
/// <param name="SelectorLabels">Its <c>spec.selector.matchLabels</c>; null without any. Match expressions are left out.</param>
public sealed record Workload(string Name, JsonText? SelectorLabels)
{
    /// <summary>Reads a workload from its manifest.</summary>
    /// <param name="manifest">The manifest.</param>
    public static Workload Of(JsonElement manifest)
    {
        JsonElement labels = manifest.At("spec", "selector", "matchLabels");
        bool hasLabels = labels.ValueKind == JsonValueKind.Object && labels.EnumerateObject().Any();
        return new Workload(manifest.At("metadata", "name").Text() ?? "", hasLabels ? JsonText.From(labels.GetRawText()) : null);
    }
}
