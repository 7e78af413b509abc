using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using PodMetadata.Domain;

namespace PodMetadata.Api.Listings;

/// <summary>Streams a sequence as a JSON array, or as one item per line when the client prefers application/x-ndjson.</summary>
/// <param name="items">The items.</param>
/// <param name="json">The serializer options.</param>
/// <param name="source">What is disposed when the answer is written, or cannot be.</param>
/// <remarks>A sequence that fails before its first item is answered with a problem. A later failure aborts the connection, so that no client
/// takes the answer for complete.</remarks>
public sealed class JsonArrayResult<T>(IAsyncEnumerable<T> items, JsonSerializerOptions json, IAsyncDisposable source) : ActionResult
{
    private const int FlushAt = 64 * 1024;

    /// <inheritdoc/>
    public override async Task ExecuteResultAsync(ActionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        HttpContext http = context.HttpContext;
        await using IAsyncDisposable owned = source;
        try
        {
            await WriteAsync(http);
        }
        catch (PodStoreUnavailableException exception) when (http.Response.HasStarted)
        {
            ListingLog.Aborted(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger<JsonArrayResult<T>>(), exception.Message);
            http.Abort();
        }
    }

    private async Task WriteAsync(HttpContext http)
    {
        await using IAsyncEnumerator<T> sequence = items.GetAsyncEnumerator(http.RequestAborted);
        bool more = await sequence.MoveNextAsync();
        bool lines = NdJson.IsPreferred(http.Request);
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        http.Response.ContentType = lines ? NdJson.MediaType : "application/json; charset=utf-8";
        PipeWriter body = http.Response.BodyWriter;
        await using Utf8JsonWriter writer = new(body, new JsonWriterOptions { Encoder = json.Encoder, SkipValidation = true });
        if (!lines)
        {
            writer.WriteStartArray();
        }

        for (; more; more = await sequence.MoveNextAsync())
        {
            JsonSerializer.Serialize(writer, sequence.Current, json);
            if (lines)
            {
                writer.Flush();
                writer.Reset(); // otherwise it writes a comma before the next item
                body.Write("\n"u8);
            }

            if (writer.BytesPending + body.UnflushedBytes > FlushAt)
            {
                writer.Flush();
                if ((await body.FlushAsync(http.RequestAborted)).IsCompleted)
                {
                    return; // the client is gone
                }
            }
        }

        if (!lines)
        {
            writer.WriteEndArray();
        }
    }
}
