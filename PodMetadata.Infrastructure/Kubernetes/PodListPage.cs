using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using PodMetadata.Domain.Json;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>A page of a list of pods, read item by item: a page holds megabytes.</summary>
internal sealed class PodListPage(Stream body, TimeProvider time)
{
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(30);

    // What the items of a list lack and the objects of a watch have. With it, both have the same digest.
    private static ReadOnlySpan<byte> TypeOfItem => """{"kind":"Pod","apiVersion":"v1","""u8;

    private JsonReaderState state;
    private bool hasItems;
    private bool isInItems;
    private bool isComplete;

    /// <summary>The version of the list, once the page is read.</summary>
    public string? ResourceVersion { get; private set; }

    /// <summary>The token of the next page, once this one is read; null after the last.</summary>
    public string? Next { get; private set; }

    /// <summary>The pods' manifests.</summary>
    /// <exception cref="JsonException">The page is not a list, or ends early.</exception>
    public async IAsyncEnumerable<JsonText> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PipeReader pipe = PipeReader.Create(body);
        while (!isComplete)
        {
            ReadResult read = await pipe.ReadAsync(cancellationToken).AsTask().WaitAsync(ReadTimeout, time, cancellationToken);
            ReadOnlySequence<byte> rest = read.Buffer;
            while (TryRead(ref rest, read.IsCompleted) is { } pod)
            {
                yield return pod;
            }

            pipe.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted && !isComplete)
            {
                throw new JsonException("The list ends early.");
            }
        }

        if (ResourceVersion is null || !hasItems)
        {
            throw new JsonException("The list has no version or no items.");
        }
    }

    /// <summary>The next item of what has arrived; null when it is not there as a whole, or there is none.</summary>
    private JsonText? TryRead(ref ReadOnlySequence<byte> rest, bool isFinal)
    {
        Utf8JsonReader reader = new(rest, isFinal, state);
        JsonText? item = null;
        while (item is null && !isComplete)
        {
            Utf8JsonReader before = reader;
            if (!reader.Read() || !TryTake(ref reader, rest, out item))
            {
                reader = before;
                break;
            }
        }

        rest = rest.Slice(reader.BytesConsumed);
        state = reader.CurrentState;
        return item;
    }

    /// <summary>Takes a token, with the value that follows a name; false when the value is not there as a whole.</summary>
    private bool TryTake(ref Utf8JsonReader reader, ReadOnlySequence<byte> text, out JsonText? item)
    {
        item = null;
        long start = reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when isInItems:
                if (!reader.TrySkip())
                {
                    return false;
                }

                item = ToPod(text.Slice(start, reader.BytesConsumed - start));
                return true;
            case JsonTokenType.EndArray:
                isInItems = false;
                return true;
            case JsonTokenType.PropertyName when reader.ValueTextEquals("items"u8):
                hasItems = true;
                isInItems = reader.Read() && reader.TokenType == JsonTokenType.StartArray; // null for none
                return reader.TokenType != JsonTokenType.PropertyName;
            case JsonTokenType.PropertyName when reader.ValueTextEquals("metadata"u8):
                return TryReadMetadata(ref reader);
            case JsonTokenType.PropertyName:
                return reader.TrySkip();
            case JsonTokenType.EndObject:
                isComplete = true;
                return true;
            case JsonTokenType.StartObject:
                return true;
            default:
                throw new JsonException("The answer is not a list.");
        }
    }

    private bool TryReadMetadata(ref Utf8JsonReader reader)
    {
        if (!JsonDocument.TryParseValue(ref reader, out JsonDocument? metadata))
        {
            return false;
        }

        using (metadata)
        {
            ResourceVersion = metadata.RootElement.At("resourceVersion").Text();
            string? token = metadata.RootElement.At("continue").Text();
            Next = string.IsNullOrEmpty(token) ? null : token;
        }

        return true;
    }

    private static JsonText ToPod(ReadOnlySequence<byte> item)
    {
        byte[] typed = new byte[TypeOfItem.Length + item.Length - 1];
        TypeOfItem.CopyTo(typed);
        item.Slice(1).CopyTo(typed.AsSpan(TypeOfItem.Length));
        Utf8JsonReader reader = new(typed);
        reader.Read();
        return JsonText.Read(ref reader);
    }
}
