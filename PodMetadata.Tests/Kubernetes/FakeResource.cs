using System.Text;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>A kind of objects that the fake API server knows, and where its routes are.</summary>
internal sealed class FakeResource(string group, string kind, string plural, bool isNamespaced = true)
{
    public static readonly FakeResource Namespaces = new("", "Namespace", "namespaces", isNamespaced: false);

    public static readonly FakeResource Pods = new("", "Pod", "pods");

    public static readonly FakeResource[] All =
    [
        Namespaces,
        Pods,
        new("apps", "ReplicaSet", "replicasets"),
        new("apps", "Deployment", "deployments"),
        new("apps", "StatefulSet", "statefulsets"),
        new("apps", "DaemonSet", "daemonsets"),
        new("batch", "Job", "jobs"),
    ];

    public string Group => group;

    public string Kind => kind;

    public string Plural => plural;

    public bool IsNamespaced => isNamespaced;

    public string ApiVersion => group.Length == 0 ? "v1" : $"{group}/v1";

    /// <summary>The name in messages: <c>pods</c>, <c>deployments.apps</c>.</summary>
    public string QualifiedName => group.Length == 0 ? plural : $"{plural}.{group}";

    /// <summary>How an object begins outside of lists.</summary>
    public byte[] Beginning { get; } =
        Encoding.UTF8.GetBytes($$"""{"kind":"{{kind}}","apiVersion":"{{(group.Length == 0 ? "v1" : $"{group}/v1")}}",""");

    public static FakeResource OfKind(string kind) => All.Single(resource => resource.Kind == kind);
}
