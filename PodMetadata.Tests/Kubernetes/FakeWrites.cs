using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>Answers POST, PUT and DELETE.</summary>
internal sealed class FakeWrites(FakeObjects objects, TimeProvider time)
{
    private const int DefaultGracePeriod = 30;

    /// <summary>Creates an object, as its author describes it; its status is the server's.</summary>
    public async Task<FakeObject> CreateAsync(FakeRequest request, HttpContext context)
    {
        JsonObject created = await BodyAsync(context.Request);
        JsonObject metadata = created["metadata"]!.AsObject();
        if (request.Namespace.Length > 0)
        {
            metadata["namespace"] = request.Namespace;
            _ = objects.Find(FakeResource.Namespaces, "", request.Namespace) ?? throw FakeStatusException.NotFound(FakeResource.Namespaces, request.Namespace);
        }

        metadata.Remove("uid");
        metadata.Remove("creationTimestamp");
        created["status"] = request.Resource.Kind switch
        {
            "Pod" => new JsonObject { ["phase"] = "Pending", ["qosClass"] = "BestEffort" },
            "Namespace" => new JsonObject { ["phase"] = "Active" },
            _ => new JsonObject(),
        };
        FakeManifest manifest = Manifest(created);
        return objects.Change(request.Resource, request.Namespace, manifest.Name, old => old is null
            ? manifest
            : throw FakeStatusException.AlreadyExists(request.Resource, manifest.Name));
    }

    /// <summary>Updates an object but for its status, or its status alone.</summary>
    public async Task<FakeObject> UpdateAsync(FakeRequest request, HttpContext context)
    {
        JsonObject updated = await BodyAsync(context.Request);
        return objects.Change(request.Resource, request.Namespace, request.Name, old =>
        {
            JsonObject existing = old?.ToJson() ?? throw FakeStatusException.NotFound(request.Resource, request.Name);
            string? version = (string?)updated["metadata"]!["resourceVersion"];
            if (!string.IsNullOrEmpty(version) && version != $"{old.Version}")
            {
                throw FakeStatusException.Conflict(request.Resource, request.Name);
            }

            (JsonObject kept, JsonObject taken) = request.Subresource == "status" ? (existing, updated) : (updated, existing);
            kept["status"] = taken["status"]?.DeepClone();
            return Manifest(kept);
        });
    }

    /// <summary>Deletes an object; a pod on a node only when its grace period is over, which somebody else has to say.</summary>
    public async Task<FakeObject> DeleteAsync(FakeRequest request, HttpContext context)
    {
        string body = await new StreamReader(context.Request.Body).ReadToEndAsync();
        int? asked = int.TryParse(request.Query["gracePeriodSeconds"], out int seconds) ? seconds
            : body.Length == 0 ? null : (int?)JsonNode.Parse(body)!["gracePeriodSeconds"];
        FakeObject found = objects.Find(request.Resource, request.Namespace, request.Name) ?? throw FakeStatusException.NotFound(request.Resource, request.Name);
        if (request.Resource != FakeResource.Pods)
        {
            return objects.Delete(request.Resource, request.Namespace, request.Name) ?? found;
        }

        int grace = 0;
        FakeObject marked = objects.Change(request.Resource, request.Namespace, request.Name, old =>
        {
            JsonObject pod = old?.ToJson() ?? throw FakeStatusException.NotFound(request.Resource, request.Name);
            grace = GracePeriod(pod, asked);
            JsonObject metadata = pod["metadata"]!.AsObject();
            if ((int?)metadata["deletionGracePeriodSeconds"] is not int before || grace < before)
            {
                metadata["deletionTimestamp"] = time.GetUtcNow().AddSeconds(grace).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
                metadata["deletionGracePeriodSeconds"] = grace;
            }

            return Manifest(pod);
        });
        if (grace == 0)
        {
            objects.Delete(request.Resource, request.Namespace, request.Name);
        }

        return marked;
    }

    public static FakeManifest Manifest(JsonObject manifest) => new(JsonSerializer.SerializeToUtf8Bytes(manifest, FakeStatusException.Relaxed));

    private static int GracePeriod(JsonObject pod, int? asked) =>
        pod["spec"]?["nodeName"] is null || (string?)pod["status"]?["phase"] is "Succeeded" or "Failed"
            ? 0
            : asked ?? (int?)pod["spec"]!["terminationGracePeriodSeconds"] ?? DefaultGracePeriod;

    private static async Task<JsonObject> BodyAsync(HttpRequest request) => (await JsonNode.ParseAsync(request.Body))!.AsObject();
}
