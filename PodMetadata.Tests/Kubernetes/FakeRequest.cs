using Microsoft.AspNetCore.Http;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>What a request is about.</summary>
/// <param name="Verb">What Kubernetes' authorization calls it: get, list, watch, create, update, delete.</param>
/// <param name="Resource">The kind of its objects.</param>
/// <param name="Namespace">The namespace, empty for all.</param>
/// <param name="Name">The object's name, empty for a collection.</param>
/// <param name="Subresource">What of the object: status, or empty for all of it.</param>
/// <param name="Query">Its query.</param>
internal sealed record FakeRequest(string Verb, FakeResource Resource, string Namespace, string Name, string Subresource, IQueryCollection Query)
{
    public FakeRequests Sort => Verb switch
    {
        "list" when Limit == 1 => FakeRequests.Probe,
        "list" => Continue.Length == 0 ? FakeRequests.List : FakeRequests.Page,
        "watch" => FakeRequests.Watch,
        "get" => FakeRequests.Get,
        _ => FakeRequests.Write,
    };

    public int? Limit => int.TryParse(Query["limit"], out int limit) && limit > 0 ? limit : null;

    public string Continue => Query["continue"].ToString();

    /// <summary>The resourceVersion; null when it is left to the server.</summary>
    public long? Version => long.TryParse(Query["resourceVersion"], out long version) ? version : null;

    public bool WantsExactVersion => Query["resourceVersionMatch"] == "Exact";

    public bool WantsBookmarks => IsSet("allowWatchBookmarks");

    /// <summary>When the server is to end the watch; null when that is left to it.</summary>
    public TimeSpan? Timeout => int.TryParse(Query["timeoutSeconds"], out int seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>What a request asks for; null when it is no route of objects.</summary>
    public static FakeRequest? Parse(HttpRequest request)
    {
        string[] path = request.Path.Value!.Trim('/').Split('/');
        (string group, string[] rest) = path switch
        {
            ["api", "v1", .. string[] core] => ("", core),
            ["apis", string named, "v1", .. string[] others] => (named, others),
            _ => ("", []),
        };
        (string @namespace, string plural, string name, string subresource) = rest switch
        {
            [string all] => ("", all, "", ""),
            ["namespaces", string itself] => ("", "namespaces", itself, ""),
            ["namespaces", string within, string collection] => (within, collection, "", ""),
            ["namespaces", string within, string collection, string item] => (within, collection, item, ""),
            ["namespaces", string within, string collection, string item, "status"] => (within, collection, item, "status"),
            _ => ("", "", "", ""),
        };
        FakeResource? resource = FakeResource.All.SingleOrDefault(known => known.Group == group && known.Plural == plural);
        return resource is null ? null : new FakeRequest(VerbOf(request, name), resource, @namespace, name, subresource, request.Query);
    }

    private static string VerbOf(HttpRequest request, string name) => request.Method switch
    {
        "POST" => "create",
        "PUT" => "update",
        "DELETE" => "delete",
        _ when name.Length > 0 => "get",
        _ => IsTrue(request.Query["watch"]) ? "watch" : "list",
    };

    private bool IsSet(string option) => IsTrue(Query[option]);

    private static bool IsTrue(string? value) => value is "1" or "true";
}
