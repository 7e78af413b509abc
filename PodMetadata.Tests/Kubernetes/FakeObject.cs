using System.Text.Json.Nodes;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>An object at one of its versions.</summary>
/// <param name="Resource">Its kind.</param>
/// <param name="Namespace">Its namespace, empty when it is in none.</param>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="Created">Its creationTimestamp.</param>
/// <param name="Version">Its resourceVersion.</param>
/// <param name="Json">Its JSON in UTF-8, without kind and apiVersion, as in lists.</param>
internal sealed record FakeObject(FakeResource Resource, string Namespace, string Name, string Uid, string Created, long Version, byte[] Json)
{
    /// <summary>The order of lists, as etcd's.</summary>
    public static readonly IComparer<FakeObject> ByKey = Comparer<FakeObject>.Create((left, right) => string.CompareOrdinal(left.Key, right.Key));

    public string Key { get; } = Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";

    /// <summary>The JSON with kind and apiVersion, as a GET and a watch have it.</summary>
    public byte[] ToBytes() => [.. Resource.Beginning, .. Json.AsSpan(1)];

    /// <summary>The JSON with kind and apiVersion, to be changed at will.</summary>
    public JsonObject ToJson() => JsonNode.Parse(ToBytes())!.AsObject();
}
