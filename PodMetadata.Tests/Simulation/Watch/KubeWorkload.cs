using PodMetadata.Tests.Kubernetes;

namespace PodMetadata.Tests.Simulation.Watch;

/// <summary>What owns pods of the simulated cluster, and what makes their records known.</summary>
/// <param name="Kind">What its pods are called.</param>
/// <param name="Owner">The owner; null for none.</param>
/// <param name="Labels">The pods' labels.</param>
/// <param name="Identity">The identity that their records must have.</param>
/// <param name="Selector">The selector labels that their records must have, as JSON.</param>
internal sealed record KubeWorkload(string Kind, FakeObject? Owner, IReadOnlyDictionary<string, string> Labels, string? Identity, string? Selector)
{
    public static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();
}
