using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using PodMetadata.Infrastructure;

namespace PodMetadata.Api.Controllers;

/// <summary>Writes a sequence as a JSON array, or one item a line where the client accepts application/x-ndjson, while it comes, and always
/// ends the sequence: MVC's own way of streaming leaves it open when the client goes away, and with it a connection to the database.</summary>
/// <remarks>The answer begins with the first item, so that a sequence that fails before it is answered with a problem. One that fails
/// later breaks the connection off.</remarks>
public sealed class JsonArrayResult<T>(IAsyncEnumerable<T> items) : ActionResult
{
    private const int FlushAt = 64 * 1024;

    /// <summary>How the items are written; null is as the service writes everything.</summary>
    public JsonSerializerOptions? Json { get; init; }

    /// <summary>What is to happen when the first item is there, and the answer not begun.</summary>
    public Action<HttpResponse>? OnBegin { get; init; }

    /// <inheritdoc/>
    public override async Task ExecuteResultAsync(ActionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        HttpContext http = context.HttpContext;
        try
        {
            await WriteAsync(http);
        }
        catch (Exception exception) when (http.Response.HasStarted && DatabaseFaults.IsUnavailable(exception))
        {
            ILogger logger = http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger<JsonArrayResult<T>>();
            ListingLog.BrokenOff(logger, DatabaseFaults.Reason(exception));
            http.Abort();
        }
    }

    private async Task WriteAsync(HttpContext http)
    {
        JsonSerializerOptions json = Json ?? http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.JsonSerializerOptions;

        await using IAsyncEnumerator<T> sequence = items.GetAsyncEnumerator(http.RequestAborted);
        bool more = await sequence.MoveNextAsync();
        OnBegin?.Invoke(http.Response);
        bool lines = NdJson.IsWanted(http.Request);
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
                writer.Reset(); // no comma before the next
                body.Write("\n"u8);
            }

            if (writer.BytesPending + body.UnflushedBytes > FlushAt)
            {
                writer.Flush();
                if ((await body.FlushAsync(http.RequestAborted)).IsCompleted)
                {
                    return; // nobody reads on
                }
            }
        }

        if (!lines)
        {
            writer.WriteEndArray();
        }
    }
}
