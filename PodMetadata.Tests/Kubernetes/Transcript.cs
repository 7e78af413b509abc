using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>What an API server answered, without what differs from one server or run to another: objects have few of their fields, uids are
/// numbered, and versions are numbered in their order. The version of a list, a bookmark or an expired token is shown as the object's that it is
/// not older than.</summary>
/// <param name="suffix">What the names of this run's namespaces end with.</param>
internal sealed partial class Transcript(string suffix)
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly StringBuilder text = new();
    private readonly List<string> uids = [];
    private readonly SortedSet<long> versions = [];

    /// <summary>Adds a line.</summary>
    public void Add(string line) => text.Append(line).Append('\n');

    /// <summary>Adds an answer's body: an object, a list, a Status or a text.</summary>
    /// <param name="body">The body.</param>
    /// <param name="hasOrder">Whether the order of a list is the server's to keep; a list from the real one's cache has none.</param>
    public void AddBody(string body, bool hasOrder)
    {
        if (body.StartsWith('{'))
        {
            JsonObject shown = JsonNode.Parse(body)!.AsObject();
            if (!hasOrder)
            {
                shown["items"] = new JsonArray([.. shown["items"]!.AsArray().Select(item => item!.DeepClone()).OrderBy(item => (string?)item["metadata"]!["name"], StringComparer.Ordinal)]);
            }

            Add(Show(shown));
        }
        else
        {
            Add(body.Trim());
        }
    }

    /// <summary>Adds events of a watch.</summary>
    public void AddEvents(IEnumerable<JsonObject> events)
    {
        foreach (JsonObject next in events)
        {
            Add($"{next["type"]} {Show(next["object"]!.AsObject(), isBookmark: (string?)next["type"] == "BOOKMARK")}");
        }
    }

    /// <summary>The whole, with versions numbered.</summary>
    public override string ToString()
    {
        long[] ordered = [.. versions];
        string numbered = Versions().Replace(text.ToString(), found =>
        {
            long version = long.Parse(found.Groups["version"].Value, CultureInfo.InvariantCulture);
            return found.Groups["kind"].Value + ordered.Count(known => known <= version).ToString(CultureInfo.InvariantCulture);
        });
        return numbered.Replace(suffix, "", StringComparison.Ordinal);
    }

    private string Show(JsonObject shown, bool isBookmark = false)
    {
        string kind = (string?)shown["kind"] ?? "";
        JsonNode normalized = kind switch
        {
            "Status" => Status(shown),
            _ when kind.EndsWith("List", StringComparison.Ordinal) => List(shown),
            _ => Object(shown, isBookmark),
        };
        return normalized.ToJsonString(Options);
    }

    private JsonObject Status(JsonObject shown)
    {
        JsonObject status = shown.DeepClone().AsObject();
        if (status["metadata"]!["continue"] is not null)
        {
            status["metadata"]!["continue"] = "TOKEN";
        }

        // What follows is Go's own description of the error.
        string message = Numbers().Replace(((string)status["message"]!).Replace(suffix, "", StringComparison.Ordinal), "N");
        int detail = message.IndexOf("is not valid: ", StringComparison.Ordinal);
        status["message"] = detail < 0 ? message : message[..(detail + "is not valid:".Length)];
        return status;
    }

    private JsonObject List(JsonObject shown)
    {
        JsonObject metadata = shown["metadata"]!.DeepClone().AsObject();
        metadata.Remove("selfLink");
        metadata["resourceVersion"] = $"@at {metadata["resourceVersion"]}@";
        if (metadata["continue"] is not null)
        {
            metadata["continue"] = "TOKEN";
        }

        return new JsonObject
        {
            ["kind"] = shown["kind"]!.DeepClone(),
            ["apiVersion"] = shown["apiVersion"]!.DeepClone(),
            ["metadata"] = metadata,
            ["items"] = new JsonArray([.. shown["items"]!.AsArray().Select(item => Object(item!.AsObject(), isBookmark: false))]),
        };
    }

    private JsonObject Object(JsonObject shown, bool isBookmark)
    {
        JsonObject metadata = Pick(shown["metadata"], "name", "namespace", "labels", "deletionGracePeriodSeconds");
        if ((string?)shown["metadata"]!["uid"] is { } uid)
        {
            int number = uids.IndexOf(uid);
            uids.AddRange(number < 0 ? [uid] : []);
            metadata["uid"] = $"uid {(number < 0 ? uids.Count : number + 1)}";
        }

        foreach (string time in (string[])["creationTimestamp", "deletionTimestamp"])
        {
            if ((string?)shown["metadata"]![time] is { } written)
            {
                metadata[time] = Digits().Replace(written, "0");
            }
        }

        string version = (string)shown["metadata"]!["resourceVersion"]!;
        metadata["resourceVersion"] = isBookmark ? $"@at {version}@" : $"@{version}@";
        if (!isBookmark)
        {
            versions.Add(long.Parse(version, CultureInfo.InvariantCulture));
        }

        JsonObject picked = Pick(shown, "kind", "apiVersion");
        picked["metadata"] = metadata;
        Add(picked, "spec", Pick(shown["spec"], "nodeName"));
        Add(picked, "status", Pick(shown["status"], "phase", "podIP"));
        return picked;
    }

    private static void Add(JsonObject to, string name, JsonObject part)
    {
        if (part.Count > 0)
        {
            to[name] = part;
        }
    }

    private static JsonObject Pick(JsonNode? from, params string[] names) =>
        new(names.Where(name => from?[name] is not null).Select(name => KeyValuePair.Create(name, (JsonNode?)from![name]!.DeepClone())));

    [GeneratedRegex("@(?<kind>at )?(?<version>[0-9]+)@", RegexOptions.ExplicitCapture)]
    private static partial Regex Versions();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Numbers();

    [GeneratedRegex("[0-9]")]
    private static partial Regex Digits();
}
