using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>An error as Kubernetes answers it: an object of kind Status.</summary>
internal sealed class FakeStatusException(int code, string reason, string message, JsonObject? details = null, string? continueToken = null)
    : Exception(message)
{
    /// <summary>As Go writes JSON: text beyond ASCII as it is.</summary>
    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static FakeStatusException Unauthorized() => new(StatusCodes.Status401Unauthorized, "Unauthorized", "Unauthorized");

    public static FakeStatusException BadRequest(string message) => new(StatusCodes.Status400BadRequest, "BadRequest", message);

    public static FakeStatusException Expired(string message, string? continueToken = null) =>
        new(StatusCodes.Status410Gone, "Expired", message, null, continueToken);

    public static FakeStatusException NotFound(FakeResource resource, string name) =>
        new(StatusCodes.Status404NotFound, "NotFound", $"{resource.QualifiedName} \"{name}\" not found", Details(resource, name));

    public static FakeStatusException AlreadyExists(FakeResource resource, string name) =>
        new(StatusCodes.Status409Conflict, "AlreadyExists", $"{resource.QualifiedName} \"{name}\" already exists", Details(resource, name));

    public static FakeStatusException Conflict(FakeResource resource, string name) => new(
        StatusCodes.Status409Conflict,
        "Conflict",
        $"Operation cannot be fulfilled on {resource.QualifiedName} \"{name}\": the object has been modified; please apply your changes to the latest version and try again",
        Details(resource, name));

    public static FakeStatusException Forbidden(FakeRequest request, string user)
    {
        string what = request.Name.Length == 0 ? request.Resource.QualifiedName : $"{request.Resource.QualifiedName} \"{request.Name}\"";
        string subresource = request.Subresource.Length == 0 ? "" : $"/{request.Subresource}";
        string where = request.Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{request.Namespace}\"";
        return new FakeStatusException(
            StatusCodes.Status403Forbidden,
            "Forbidden",
            $"{what} is forbidden: User \"{user}\" cannot {request.Verb} resource \"{request.Resource.Plural}{subresource}\" in API group \"{request.Resource.Group}\" {where}",
            Details(request.Resource, request.Name));
    }

    public static FakeStatusException TooLarge(long version, long current)
    {
        JsonObject cause = new() { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" };
        return new FakeStatusException(
            StatusCodes.Status504GatewayTimeout,
            "Timeout",
            $"Timeout: Too large resource version: {version}, current: {current}",
            new JsonObject { ["causes"] = new JsonArray(cause), ["retryAfterSeconds"] = 1 });
    }

    /// <summary>An error out of the blue, in the words that the real server has for it.</summary>
    public static FakeStatusException Of(int code, int? retryAfter, FakeRequest request)
    {
        if (code == StatusCodes.Status403Forbidden)
        {
            return Forbidden(request, FakeAccess.User);
        }

        (string reason, string message) = code switch
        {
            StatusCodes.Status401Unauthorized => ("Unauthorized", "Unauthorized"),
            StatusCodes.Status410Gone => ("Expired", "The resourceVersion for the provided list is too old."),
            StatusCodes.Status429TooManyRequests => ("TooManyRequests", "storage is (re)initializing"),
            StatusCodes.Status500InternalServerError => ("InternalError", "Internal error occurred: etcdserver: request timed out"),
            StatusCodes.Status503ServiceUnavailable => ("ServiceUnavailable", "the server is currently unable to handle the request"),
            StatusCodes.Status504GatewayTimeout => ("Timeout", "Timeout: Too large resource version: 2, current: 1"),
            _ => ("Unknown", "unknown"),
        };
        return new FakeStatusException(code, reason, message, retryAfter is null ? null : new JsonObject { ["retryAfterSeconds"] = retryAfter });
    }

    /// <summary>The Status, as it is in an answer's body and in an ERROR event.</summary>
    public JsonObject ToJson()
    {
        JsonObject status = new()
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = continueToken is null ? new JsonObject() : new JsonObject { ["continue"] = continueToken },
            ["status"] = "Failure",
            ["message"] = Message,
            ["reason"] = reason,
        };
        if (details is not null)
        {
            status["details"] = details.DeepClone();
        }

        status["code"] = code;
        return status;
    }

    public Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = code;
        response.ContentType = "application/json";
        if (details?["retryAfterSeconds"] is { } seconds)
        {
            response.Headers.RetryAfter = seconds.GetValue<int>().ToString(CultureInfo.InvariantCulture);
        }

        return response.WriteAsync(ToJson().ToJsonString(Relaxed) + "\n");
    }

    private static JsonObject Details(FakeResource resource, string name)
    {
        JsonObject details = [];
        if (name.Length > 0)
        {
            details["name"] = name;
        }

        if (resource.Group.Length > 0)
        {
            details["group"] = resource.Group;
        }

        details["kind"] = resource.Plural;
        return details;
    }
}
