namespace PodMetadata.Tests.Simulation;

/// <summary>What a pod is to Kubernetes: a name in a namespace.</summary>
internal sealed record PodKey(string Namespace, string Name)
{
    public override string ToString() => $"{Namespace}/{Name}";
}
