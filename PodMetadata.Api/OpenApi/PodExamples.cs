using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using PodMetadata.Api.Listings;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PodMetadata.Api.OpenApi;

/// <summary>The examples in Swagger UI. All show the same pod.</summary>
internal sealed class PodExamples : IOperationFilter
{
    private const string Pod = """
        {
          "pod_name": "my-app-7d9f6b8c4-x5z2w",
          "pod_namespace": "production",
          "pod_ip": "10.244.1.5",
          "node_name": "worker-1",
          "is_dead": false,
          "pod_identity": "my-app",
          "workload_selector_labels": {
            "app.kubernetes.io/name": "my-app",
            "app.kubernetes.io/component": "frontend"
          },
          "pod_obj": { "spec": { "...": "full pod spec" } },
          "time_stamp": "2026-05-12T10:32:14.123456"
        }
        """;

    private const string MarkDeadRequest = """{ "pod_name": "my-app-7d9f6b8c4-x5z2w", "pod_ip": "10.244.1.5" }""";

    private const string Questions = """[{ "ip": "10.244.1.5" }, { "ip": "10.244.1.5", "at": "2026-05-12T10:32:14.123456" }, { "ip": "10.244.9.9" }]""";

    private const string Forgotten = """
        {
          "type": "https://tools.ietf.org/html/rfc9110#section-15.5.5",
          "title": "Not Found",
          "status": 404,
          "detail": "Leases that old are no longer kept.",
          "traceId": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        }
        """;

    private const string Lease = """
        {
          "pod_name": "my-app-7d9f6b8c4-x5z2w",
          "pod_namespace": "production",
          "pod_ip": "10.244.1.5",
          "node_name": "worker-1",
          "pod_identity": "my-app",
          "workload_selector_labels": { "app.kubernetes.io/name": "my-app" },
          "host_network": false,
          "valid_from": "2026-05-12T10:32:14.123456",
          "valid_to": null
        }
        """;

    // A pod without its manifest.
    private static readonly string Found = Pod.Replace("""{ "spec": { "...": "full pod spec" } }""", "null", StringComparison.Ordinal);

    private static readonly string Answers = $$"""
        [
          { "ip": "10.244.1.5", "match": "unique", "pod": {{Found}}, "candidates": 1 },
          { "ip": "10.244.1.5", "match": "nearest", "pod": {{Found}}, "candidates": 1 },
          { "ip": "10.244.9.9", "match": "unknown", "pod": null, "candidates": 0 }
        ]
        """;

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        (string? request, string response) = operation.OperationId switch
        {
            "UpsertPod" => (Pod, Pod),
            "MarkPodDead" => (MarkDeadRequest, "1"),
            "ResolveIps" => (Questions, Answers),
            "ListLeases" => (null, $"[{Lease}]"),
            "ListPods" or "ListPodsOfNode" => (null, $"[{Pod}]"),
            _ => ((string?)null, Pod),
        };
        if (request is not null)
        {
            Set(operation.RequestBody?.Content, request);
        }

        Set(operation.Responses?["200"].Content, response);
        Set(operation.Responses?["200"].Content?.Where(content => content.Key == NdJson.MediaType).ToDictionary(), Pod);
        if (operation.Responses?.TryGetValue("404", out IOpenApiResponse? notFound) == true)
        {
            Set(notFound.Content, Forgotten);
            Set(notFound.Content?.Where(content => content.Key == "text/plain").ToDictionary(), "\"No data found\"");
        }
    }

    private static void Set(IDictionary<string, IOpenApiMediaType>? content, string example)
    {
        foreach (OpenApiMediaType mediaType in content?.Values.OfType<OpenApiMediaType>() ?? [])
        {
            mediaType.Example = JsonNode.Parse(example);
        }
    }
}
