namespace PodMetadata.Tests.Bench;

/// <summary>What is posted of a pod beside its name, its place and its time; the first two may be JSON's null.</summary>
/// <param name="Identity">The identity, as JSON.</param>
/// <param name="Labels">The labels that select the workload, as JSON.</param>
/// <param name="Json">The manifest, as JSON.</param>
internal sealed record Manifest(string Identity, string Labels, string Json)
{
    /// <summary>The end of a body, as work.lua reads it.</summary>
    public string Body => $""","pod_identity":{Identity},"workload_selector_labels":{Labels},"pod_obj":{Json}""";
}
