using System.Buffers;
using System.Text.Json;
using PodMetadata.Domain.Json;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>An event of a watch: a line of its answer.</summary>
/// <param name="Type">ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.</param>
/// <param name="Object">The pod after the change, or as it was last; of a bookmark, a pod with a version alone; of an error, a Status.</param>
internal sealed record WatchEvent(string Type, JsonText Object)
{
    public const string Added = "ADDED";
    public const string Modified = "MODIFIED";
    public const string Deleted = "DELETED";
    public const string Bookmark = "BOOKMARK";
    public const string Error = "ERROR";

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is not an event.</exception>
    public static WatchEvent Parse(ReadOnlySequence<byte> line)
    {
        string? type = null;
        JsonText? subject = null;
        Utf8JsonReader reader = new(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("The line is not an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                reader.Read();
                subject = JsonText.Read(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return type is not null && subject is not null ? new WatchEvent(type, subject) : throw new JsonException("The line has no type or no object.");
    }
}
