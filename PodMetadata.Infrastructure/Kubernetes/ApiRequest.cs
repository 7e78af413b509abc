namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>A read of the Kubernetes API, with the right that it needs.</summary>
/// <param name="Path">The path and query, relative to the server's address.</param>
/// <param name="Verb">The verb of the right.</param>
/// <param name="Resource">The resource of the right, with its API group.</param>
internal sealed record ApiRequest(string Path, string Verb, string Resource)
{
    /// <summary>A page of all pods.</summary>
    /// <param name="limit">The maximum number of pods; null for all.</param>
    /// <param name="next">The token of the page; null for the first.</param>
    public static ApiRequest ListPods(int? limit, string? next) => new(
        "api/v1/pods" + (limit is null ? "" : $"?limit={limit}") + (next is null ? "" : $"&continue={Uri.EscapeDataString(next)}"), "list", "pods");

    /// <summary>The changes of all pods.</summary>
    /// <param name="resourceVersion">The version after which they begin.</param>
    /// <param name="timeout">When the server ends the watch.</param>
    public static ApiRequest WatchPods(string resourceVersion, TimeSpan timeout) => new(
        $"api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion={Uri.EscapeDataString(resourceVersion)}&timeoutSeconds={(int)timeout.TotalSeconds}",
        "watch",
        "pods");

    /// <summary>A workload.</summary>
    public static ApiRequest GetWorkload(string kind, string workloadNamespace, string name)
    {
        string resource = kind.ToLowerInvariant() + "s";
        return new($"apis/apps/v1/namespaces/{Uri.EscapeDataString(workloadNamespace)}/{resource}/{Uri.EscapeDataString(name)}", "get", $"{resource}.apps");
    }

    /// <summary>The namespace that every cluster has, whose UID is the cluster's.</summary>
    public static ApiRequest GetKubeSystem() => new("api/v1/namespaces/kube-system", "get", "namespaces");
}
