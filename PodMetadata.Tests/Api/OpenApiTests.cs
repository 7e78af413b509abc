using System.Net;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace PodMetadata.Tests.Api;

/// <summary>The OpenAPI document says what the service does.</summary>
public sealed class OpenApiTests : ServiceTests
{
    private const string Path = "/swagger/v1/swagger.json";

    [Test]
    public async Task The_document_is_valid()
    {
        ReadResult result = OpenApiDocument.Parse(await Service.Http.GetStringAsync(Path), "json");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Diagnostic!.Errors, Is.Empty);
            Assert.That(result.Diagnostic.Warnings, Is.Empty);
            Assert.That(result.Document!.Info.Version, Is.EqualTo("1.0.0"));
            Assert.That(result.Document.Info.Contact, Is.Null);
            Assert.That(result.Document.Info.License?.Name, Is.EqualTo("MIT"));
            Assert.That(result.Document.Tags!.Select(tag => $"{tag.Name}: {tag.Description}"), Is.EqualTo(new[] { "Pod: Stores pods, and finds them by name, IP or node." }));
            Assert.That(result.Document.Servers!.Select(server => server.Url), Is.EqualTo(new[] { "/" }));
        }
    }

    [Test]
    public async Task The_documents_are_left_for_the_linters()
    {
        await using Service secured = await Service.StartAsync(Service.ConnectionString, waitUntilReady: false, Security.Tokens);
        foreach ((Service service, string file) in new[] { (Service, "openapi.json"), (secured, "openapi-secured.json") }) // scripts/lint-openapi reads them
        {
            string document = await service.Http.GetStringAsync(Path);
            Assert.That(document, Does.StartWith("{"));
            await File.WriteAllTextAsync(System.IO.Path.Combine(TestDatabase.Root, ".local", file), document);
        }
    }

    [Test]
    public async Task There_are_eight_operations_with_their_answers()
    {
        JsonObject paths = (await Service.GetAsync(Path))["paths"]!.AsObject();
        IEnumerable<string> operations = paths.SelectMany(path => path.Value!.AsObject().Select(operation =>
            $"{operation.Key} {path.Key} {operation.Value!["operationId"]} {string.Join(' ', operation.Value["responses"]!.AsObject().Select(answer => answer.Key).Order())}"));
        Assert.That(operations, Is.EquivalentTo(new[]
        {
            "post /pod/spec UpsertPod 200 400 413 415 503",
            "post /pod/mark_dead MarkPodDead 200 400 413 415 503",
            "post /pod/resolve ResolveIps 200 400 413 415 503",
            "get /pod/info ListPods 200 400 503",
            "get /pod/name/{name} FindPodByName 200 404 503",
            "get /pod/ip/{ip} FindPodByIp 200 400 404 503",
            "get /pod/ip/{ip}/history ListLeases 200 400 503",
            "get /pod/list/{node} ListPodsOfNode 200 400 503",
        }));
    }

    [Test]
    public async Task Where_tokens_are_asked_for_the_operations_say_so()
    {
        await using Service secured = await Service.StartAsync(Service.ConnectionString, waitUntilReady: false, Security.Tokens);
        JsonNode document = await secured.GetAsync(Path);
        ReadResult result = OpenApiDocument.Parse(document.ToJsonString(), "json");
        JsonObject[] operations = [.. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(operation => operation.Value!.AsObject())];
        using (Assert.EnterMultipleScope())
        {
            JsonNode open = await Service.GetAsync(Path);
            Assert.That(open.ToJsonString(), Does.Not.Contain("Bearer"), "authentication is off");
            Assert.That(open["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(operation => operation.Value!["security"]?.ToJsonString()), Is.All.EqualTo("[]"));
            Assert.That(result.Diagnostic!.Errors, Is.Empty);
            Assert.That(document["components"]!["securitySchemes"]!["Bearer"]!["scheme"]!.GetValue<string>(), Is.EqualTo("bearer"));
            Assert.That(operations.Select(operation => operation["security"]!.ToJsonString()), Is.All.EqualTo("""[{"Bearer":[]}]"""));
            Assert.That(operations.Select(operation => $"{operation["operationId"]} {string.Join(' ', operation["responses"]!.AsObject().Select(answer => answer.Key))}"), Is.EquivalentTo(new[]
            {
                "UpsertPod 200 400 401 403 413 415 503",
                "MarkPodDead 200 400 401 403 413 415 503",
                "ResolveIps 200 400 401 413 415 503",
                "ListPods 200 400 401 503",
                "FindPodByName 200 401 404 503",
                "FindPodByIp 200 400 401 404 503",
                "ListLeases 200 400 401 503",
                "ListPodsOfNode 200 400 401 503",
            }));
        }
    }

    [Test]
    public async Task The_schemas_have_the_wires_names_and_nulls()
    {
        JsonNode schemas = (await Service.GetAsync(Path))["components"]!["schemas"]!;
        JsonObject record = schemas["PodRecord"]!["properties"]!.AsObject();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(schemas.AsObject().Select(schema => schema.Key), Is.EquivalentTo(new[] { "MarkDeadRequest", "IpMatch", "ResolveQuestion", "LeaseRecord", "ResolvedIp", "PodRecord", "UpsertPodRequest", "ProblemDetails", "ValidationProblemDetails" }));
            Assert.That(record.Select(member => member.Key), Is.EquivalentTo(PodJson.With().Select(member => member.Key)));
            Assert.That(record.Where(member => member.Value!["nullable"]?.GetValue<bool>() == true).Select(member => member.Key), Is.EquivalentTo(new[] { "pod_namespace", "pod_identity", "workload_selector_labels" }));
            Assert.That(record["pod_obj"]!["type"], Is.Null, "free-form");
            Assert.That(record["time_stamp"]!["format"], Is.Null, "date-time would promise a zone");
            Assert.That(schemas["UpsertPodRequest"]!["required"]!.AsArray().Select(name => name!.GetValue<string>()), Is.EquivalentTo(new[] { "pod_name", "pod_ip", "node_name", "time_stamp" }));
            Assert.That(schemas["UpsertPodRequest"]!["properties"]!["is_dead"]!["default"]?.GetValue<bool>(), Is.False);
            Assert.That(schemas["UpsertPodRequest"]!["properties"]!["workload_selector_labels"]!["additionalProperties"]?["type"]?.GetValue<string>(), Is.EqualTo("string"));
            Assert.That(record["workload_selector_labels"]!["additionalProperties"]?["type"]?.GetValue<string>(), Is.EqualTo("string"));
            Assert.That(schemas["ResolvedIp"]!["properties"]!["pod"]!["anyOf"], Json.EqualTo(JsonNode.Parse("""[{ "$ref": "#/components/schemas/PodRecord" }, { "type": "object", "nullable": true, "enum": [null] }]""")!), "null for nobody");
            Assert.That(schemas["UpsertPodRequest"]!["additionalProperties"], Is.Null, "unknown members are ignored");
        }
    }

    [TestCase("/pod/spec")]
    [TestCase("/pod/mark_dead")]
    public async Task A_post_needs_a_body_in_JSON(string path)
    {
        JsonNode body = (await Service.GetAsync(Path))["paths"]![path]!["post"]!["requestBody"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(body["required"]?.GetValue<bool>(), Is.True);
            Assert.That(body["content"]!.AsObject().Select(content => content.Key), Is.EqualTo(new[] { "application/json" }));
        }
    }

    [Test]
    public async Task A_503_says_when_to_try_again()
    {
        JsonObject paths = (await Service.GetAsync(Path))["paths"]!.AsObject();
        IEnumerable<JsonNode?> retryAfter = paths.SelectMany(path => path.Value!.AsObject()).Select(operation => operation.Value!["responses"]!["503"]!["headers"]?["Retry-After"]?["schema"]?["type"]);
        Assert.That(retryAfter.Select(type => type?.GetValue<string>()), Has.Exactly(8).Items.And.All.EqualTo("integer"));
    }

    [Test]
    public async Task The_headers_of_answers_are_described()
    {
        JsonNode paths = (await Service.GetAsync(Path))["paths"]!;
        IEnumerable<string> headers = paths.AsObject().SelectMany(path => path.Value!.AsObject()).SelectMany(operation =>
            (operation.Value!["responses"]!["200"]!["headers"]?.AsObject() ?? []).Select(header => $"{operation.Value["operationId"]} {header.Key}"));
        JsonNode match = paths["/pod/ip/{ip}"]!["get"]!["responses"]!["200"]!["headers"]!["Pod-Match"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(headers, Is.EquivalentTo(new[] { "FindPodByIp Pod-Match", "ListPods Link", "ListPodsOfNode Link", "ListLeases Link" }));
            Assert.That(match["schema"]!["enum"]!.AsArray().Select(value => value!.GetValue<string>()), Is.EqualTo(new[] { "unique", "shared", "stale", "dead", "nearest" }));
        }
    }

    [Test]
    public async Task Both_kinds_of_nobody_behind_an_ip_are_described()
    {
        JsonNode answers = (await Service.GetAsync(Path))["paths"]!["/pod/ip/{ip}"]!["get"]!["responses"]!["404"]!["content"]!;
        Assert.That(answers.AsObject().Select(content => content.Key), Is.EquivalentTo(new[] { "text/plain", "application/problem+json" }));
        using HttpResponseMessage now = await Service.Http.GetAsync("/pod/ip/10.0.0.1");
        Assert.That(answers["text/plain"]!["example"]!.GetValue<string>(), Is.EqualTo(await now.Content.ReadAsStringAsync()));
        using HttpResponseMessage old = await Service.Http.GetAsync("/pod/ip/10.0.0.1?at=2020-01-01T00:00:00");
        JsonNode problem = await Problems.ReadAsync(old, HttpStatusCode.NotFound);
        JsonNode example = answers["application/problem+json"]!["example"]!;
        example["traceId"] = problem["traceId"]!.DeepClone();
        Assert.That(example, Json.EqualTo(problem));
        Assert.That(answers["application/problem+json"]!["schema"]!["$ref"]!.GetValue<string>(), Is.EqualTo("#/components/schemas/ProblemDetails"));
    }

    [Test]
    public async Task Every_parameter_has_its_name_and_is_described()
    {
        JsonNode document = await Service.GetAsync(Path);
        Assert.That(document.ToJsonString(), Does.Not.Contain("PodMetadata."), "no type of the source");
        IEnumerable<string> parameters = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).SelectMany(operation =>
            (operation.Value!["parameters"]?.AsArray() ?? []).Where(parameter => parameter!["description"] is not null)
                .Select(parameter => $"{operation.Value["operationId"]} {parameter!["name"]}"));
        Assert.That(parameters, Is.EquivalentTo(new[]
        {
            "FindPodByName name", "FindPodByIp ip", "FindPodByIp at", "ListLeases ip", "ListLeases limit", "ListLeases continue",
            "ListPods namespace", "ListPods node", "ListPods identity", "ListPods live", "ListPods labelSelector", "ListPods limit", "ListPods continue",
            "ListPods fields",
            "ListPodsOfNode node", "ListPodsOfNode labelSelector", "ListPodsOfNode limit", "ListPodsOfNode continue", "ListPodsOfNode fields",
        }));
        JsonArray ofIp = document["paths"]!["/pod/ip/{ip}"]!["get"]!["parameters"]!.AsArray();
        Assert.That($"{ofIp.Single(parameter => $"{parameter!["name"]}" == "at")!["description"]}", Does.Contain("%2B"));
    }

    [Test]
    public async Task The_examples_answer_200()
    {
        JsonNode paths = (await Service.GetAsync(Path))["paths"]!;
        JsonNode Example(string path) => paths[path]!["post"]!["requestBody"]!["content"]!["application/json"]!["example"]!;
        JsonNode stored = await Service.UpsertAsync(Example("/pod/spec"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stored, Json.EqualTo(paths["/pod/spec"]!["post"]!["responses"]!["200"]!["content"]!["application/json"]!["example"]!));
            Assert.That(await Service.MarkDeadAsync(Example("/pod/mark_dead").ToJsonString()), Is.EqualTo("1"));
        }
    }

    [TestCase("/pod/info")]
    [TestCase("/pod/list/{node}")]
    public async Task A_list_is_an_array_and_a_line_of_it_one_pod(string path)
    {
        JsonNode content = (await Service.GetAsync(Path))["paths"]![path]!["get"]!["responses"]!["200"]!["content"]!;
        JsonNode array = content["application/json"]!;
        JsonNode line = content["application/x-ndjson"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(content.AsObject().Select(media => media.Key), Is.EquivalentTo(new[] { "application/json", "application/x-ndjson" }));
            Assert.That(array["schema"], Json.EqualTo(JsonNode.Parse("""{ "type": "array", "items": { "$ref": "#/components/schemas/PodRecord" } }""")!));
            Assert.That(line["schema"], Json.EqualTo(JsonNode.Parse("""{ "$ref": "#/components/schemas/PodRecord" }""")!));
            Assert.That(line["example"]!.AsObject().Select(member => member.Key), Is.EqualTo(PodJson.With().Select(member => member.Key)));
            Assert.That(array["example"], Json.EqualTo(new JsonArray(line["example"]!.DeepClone())));
        }
    }

    [Test]
    public async Task The_root_leads_to_Swagger_UI()
    {
        using HttpResponseMessage response = await Service.Http.GetAsync("/");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(response.RequestMessage!.RequestUri!.AbsolutePath, Is.EqualTo("/swagger/index.html"));
        }
    }
}
